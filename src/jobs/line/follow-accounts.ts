import { followAccounts } from '../../act/cases/follow-accounts.ts';
import { currentConfig } from '../../platform/config/store.ts';
import { acceptEvents } from '../../sense/events/accept.ts';
import { rootAccountIds } from '../../sense/identity/parent-store.ts';
import type { LineRequest } from './line-run.ts';

/** Takes cases along with accounts that were merged or split since. Doing it twice does nothing twice. */
export const followMergedAccounts = async (
  request: Pick<LineRequest, 'db' | 'tenantId' | 'world' | 'now' | 'parts'>,
): Promise<{ readonly moved: number; readonly closed: number }> => {
  const { db, tenantId, world, now, parts } = request;
  return followAccounts(db, {
    tenantId,
    world,
    now,
    accept: (tx) => async (events) => {
      const config = await currentConfig(tx);
      await acceptEvents(tx, events, { now, entities: parts.entities, config });
    },
    rootOf: async (tx, accountId) =>
      (await rootAccountIds(tx, [accountId])).get(accountId) ?? accountId,
  });
};
