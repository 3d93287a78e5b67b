import type { TenantTx } from '../../platform/db/database.ts';
import type { Trust } from '../../domain/event.ts';
import type { Instant } from '../../domain/time.ts';

/** A link while it belongs to an account. */
export interface BoundLink {
  readonly accountId: string;
  readonly linkId: string;
  readonly source: string;
  readonly externalId: string;
  readonly validFrom: Instant;
  readonly validTo: Instant | null;
  readonly trust: Trust;
}

/** The next accounts by id, without those merged into another. */
export const pageOfAccounts = async (
  tx: TenantTx,
  after: string,
  limit: number,
): Promise<string[]> => {
  const rows = await tx.query<{ account_id: string }>(
    `select a.account_id from accounts a left join account_profiles p using (tenant_id, account_id)
     where a.account_id > $1 and p.merged_into is null and p.dissolved is not true order by a.account_id limit $2`,
    [after, limit],
  );
  return rows.map(({ account_id }) => account_id);
};

/** Every link that belonged to one of the accounts by `now`, with when. */
export const boundLinks = async (
  tx: TenantTx,
  accountIds: readonly string[],
  now: Instant,
): Promise<BoundLink[]> =>
  tx.query<BoundLink>(
    `select b.account_id as "accountId", b.link_id as "linkId", l.source, l.external_id as "externalId",
       b.valid_from as "validFrom", b.valid_to as "validTo", b.trust
     from account_links b join links l using (tenant_id, link_id)
     where b.account_id = any($1) and b.valid_from <= $2
     order by b.account_id, b.link_id, b.valid_from`,
    [accountIds, now],
  );
