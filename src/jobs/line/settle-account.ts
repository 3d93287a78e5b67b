import { lockAccount } from '../../act/settle/store.ts';
import { settle, type SettleResult } from '../../act/settle/settle.ts';
import { standingNow } from '../../graph/standing-now.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { configFor } from '../../sense/config-for.ts';
import type { LineRequest } from './line-run.ts';

export interface SettleRequest extends Pick<LineRequest, 'world' | 'now' | 'parts'> {
  readonly accountId: string;
  readonly reason: string;
}

/**
 * Settles an account outside of any round: a hold has ended, a person edited a proposal, an approval was given after
 * the round was over. `null` when the account is no longer known.
 */
export const settleAccount = async (
  tx: TenantTx,
  { accountId, world, now, parts, reason }: SettleRequest,
): Promise<SettleResult | null> => {
  await lockAccount(tx, accountId);
  const config = await configFor(tx, accountId);
  const standing = await standingNow(tx, { accountId, world, now, config, parts });
  return standing === null ? null : settle(tx, { world, now, config, standing, parts, reason });
};
