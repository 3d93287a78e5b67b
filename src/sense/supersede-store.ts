import type { Instant } from '../domain/time.ts';
import type { TenantTx } from '../platform/db/database.ts';

const COLUMNS = `world, account_id, score_id, day, status, value, supported, tier, coverage, weights_version, at, note, receipt`;

/**
 * Puts the live scores of accounts aside whose past came to be seen otherwise, so that the next assessment works them out
 * anew from what is known. They are kept, with the reason, and are shown no more.
 */
export const supersedeScores = async (
  tx: TenantTx,
  accountIds: readonly string[],
  because: string,
  now: Instant,
): Promise<void> => {
  if (accountIds.length === 0) return;
  await tx.query(
    `with gone as (
       delete from score_history where world = 'live' and account_id = any($2) returning ${COLUMNS}
     )
     insert into superseded_scores (tenant_id, superseded_at, because, ${COLUMNS})
     select $1, $3, $4, ${COLUMNS} from gone
     on conflict do nothing`,
    [tx.tenantId, accountIds, now, because],
  );
  await tx.query(
    `update assessments set trail = null where world = 'live' and account_id = any($1)`,
    [accountIds],
  );
};
