import type { TenantTx } from '../platform/db/database.ts';
import type { Nameable } from './match-accounts.ts';

/** A tenant with fewer accounts is matched against all of them, with every way to spell them. */
const FEW = 5_000;
const MOST = 2_000;

/**
 * Accounts that a question with these words may name: all of a tenant with few; of one with many those whose name or id
 * holds one of the words, or begins like one.
 */
export const nameableAccounts = async (
  tx: TenantTx,
  words: readonly string[],
): Promise<Nameable[]> =>
  tx.query<Nameable>(
    `with known as (
       select a.account_id, coalesce(p.name, root.external_id) as name
       from accounts a
       join links root on root.link_id = a.root_link_id
       left join account_profiles p on p.account_id = a.account_id
       where p.merged_into is null and p.dissolved is not true
     ),
     narrow as (select count(*) > ${String(FEW)} as yes from accounts),
     meant as (
       select account_id, name from known, narrow
       where not narrow.yes
         or regexp_split_to_array(lower(name), '[^[:alnum:]]+') && $1::text[]
         or left(lower(name), 3) = any($2::text[])
         or account_id = any($1::text[])
         or account_id in (
           select b.account_id from links l join account_links b using (tenant_id, link_id)
           where l.external_id = any($1::text[]) and b.valid_to is null)
       order by name limit (select case when narrow.yes then ${String(MOST)} else ${String(FEW)} end from narrow)
     )
     select m.account_id as "accountId", m.name,
       array[m.account_id] || coalesce((
         select array_agg(l.external_id) from account_links b join links l using (tenant_id, link_id)
         where b.account_id = m.account_id and b.valid_to is null
           and l.source not like '%/user' and l.source not like '%/anonymous'), '{}') as ids
     from meant m order by m.name, m.account_id`,
    [words, words.filter((word) => word.length > 4).map((word) => word.slice(0, 3))],
  );
