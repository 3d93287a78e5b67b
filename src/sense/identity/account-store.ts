import type { TenantTx } from '../../platform/db/database.ts';
import type { ExternalRef } from '../../domain/event.ts';
import type { Instant } from '../../domain/time.ts';
import { OWN_NAMESPACE } from './link-id.ts';

/** An account as lists show it. */
export interface AccountRow {
  readonly accountId: string;
  /** What a source calls it; until one does, its id in the source that named it. */
  readonly name: string;
  readonly parentAccountId: string | null;
  readonly mergedInto: string | null;
  readonly createdAt: Instant;
  /** Its ids in other systems, now. */
  readonly links: readonly ExternalRef[];
}

export interface AccountQuery {
  readonly ids?: readonly string[];
  /** Part of the name, in any case. */
  readonly search?: string;
  /** The last account of the page before. */
  readonly after?: string;
  readonly limit?: number;
}

/** Accounts by id, without those merged into another (unless asked for by `ids`), at most `limit` (1,000). */
export const listAccounts = async (tx: TenantTx, query: AccountQuery = {}): Promise<AccountRow[]> =>
  tx.query<AccountRow>(
    `select a.account_id as "accountId", coalesce(p.name, root.external_id) as name,
       ${PARENT} as "parentAccountId", p.merged_into as "mergedInto", a.created_at as "createdAt",
       coalesce((
         select jsonb_agg(jsonb_build_object('source', l.source, 'externalId', l.external_id) order by l.source, l.external_id)
         from account_links b join links l using (tenant_id, link_id)
         where b.account_id = a.account_id and b.valid_to is null and l.source <> '${OWN_NAMESPACE}'
           and l.source not like '%/user' and l.source not like '%/anonymous'
       ), '[]') as links
     from accounts a
     join links root on root.link_id = a.root_link_id
     left join account_profiles p on p.account_id = a.account_id
     where ($1::text[] is null or a.account_id = any($1)) and ($1::text[] is not null or (p.merged_into is null and p.dissolved is not true))
       and ($2::text is null or position(lower($2) in lower(coalesce(p.name, root.external_id))) > 0)
       and ($3::text is null or a.account_id > $3)
     order by a.account_id limit $4`,
    [query.ids ?? null, query.search ?? null, query.after ?? null, query.limit ?? 1000],
  );

/** The parent's current account, whatever its state of merging. */
const PARENT = `(
  select b.account_id from links l join account_links b using (tenant_id, link_id)
  where l.source = p.parent_source and l.external_id = p.parent_external_id and b.valid_to is null
    and b.account_id <> a.account_id
)`;

/** One account, or `null` when the tenant has none of that id. */
export const getAccount = async (tx: TenantTx, accountId: string): Promise<AccountRow | null> =>
  (await listAccounts(tx, { ids: [accountId] }))[0] ?? null;

/** How many accounts there are, without those merged into another. */
export const countAccounts = async (tx: TenantTx): Promise<number> => {
  const [row] = await tx.query<{ count: number }>(
    `select count(*) as count from accounts a left join account_profiles p using (tenant_id, account_id)
     where p.merged_into is null and p.dissolved is not true`,
  );
  return row?.count ?? 0;
};

/** Accounts whose parents are these, parent by parent, by id. */
export const daughtersOf = async (
  tx: TenantTx,
  accountIds: readonly string[],
): Promise<string[]> => {
  const rows = await tx.query<{ accountId: string }>(
    `select p.account_id as "accountId" from account_profiles p
     join links l on l.source = p.parent_source and l.external_id = p.parent_external_id
     join account_links b on b.link_id = l.link_id and b.valid_to is null
     where b.account_id = any($1::text[]) and p.account_id <> b.account_id and p.merged_into is null and not p.dissolved
     group by p.account_id, b.account_id order by array_position($1::text[], b.account_id), p.account_id`,
    [accountIds],
  );
  return rows.map(({ accountId }) => accountId);
};

/** Accounts that were merged into this one, by id. */
export const mergedInto = async (tx: TenantTx, accountId: string): Promise<string[]> => {
  const rows = await tx.query<{ accountId: string }>(
    `select account_id as "accountId" from account_profiles where merged_into = $1 order by 1`,
    [accountId],
  );
  return rows.map(({ accountId: id }) => id);
};
