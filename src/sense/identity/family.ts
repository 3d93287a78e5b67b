import type { TenantTx } from '../../platform/db/database.ts';
import { daughtersOf } from './account-store.ts';
import { rootAccountIds } from './parent-store.ts';

/** The accounts under the topmost parent of an account, the top first, level by level; of one that stands alone, itself. */
export const familyOf = async (tx: TenantTx, accountId: string): Promise<string[]> => {
  const root = (await rootAccountIds(tx, [accountId])).get(accountId) ?? accountId;
  const family = new Set([root]);
  // A set goes on over what is added to it; parents in a circle come to their end, for nobody is added twice.
  for (const member of family) {
    for (const daughter of await daughtersOf(tx, member)) family.add(daughter);
  }
  return [...family];
};
