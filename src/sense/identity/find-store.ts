import type { TenantTx } from '../../platform/db/database.ts';

export interface Found {
  readonly accountId: string;
  readonly name: string;
}

const FOUND = `select distinct a.account_id as "accountId", coalesce(p.name, root.external_id) as name
  from accounts a
  join links root on root.link_id = a.root_link_id
  left join account_profiles p on p.account_id = a.account_id`;

/** Accounts of which the text is our id, an id elsewhere, or the whole name. The nearest of these alone. */
export const findExactly = async (tx: TenantTx, text: string): Promise<Found[]> => {
  const byId = await tx.query<Found>(`${FOUND} where a.account_id = $1`, [text]);
  if (byId.length > 0) return byId;
  const elsewhere = await tx.query<Found>(
    `${FOUND} join account_links b on b.account_id = a.account_id and b.valid_to is null
     join links l on l.link_id = b.link_id
     where l.external_id = $1 order by name limit 10`,
    [text],
  );
  if (elsewhere.length > 0) return elsewhere;
  return tx.query<Found>(
    `${FOUND} where lower(p.name) = lower($1) and p.merged_into is null and not p.dissolved order by name limit 10`,
    [text],
  );
};

/** Accounts whose name begins with the text, in any case. */
export const findByName = async (tx: TenantTx, text: string): Promise<Found[]> =>
  tx.query<Found>(
    `${FOUND} where lower(p.name) like lower($1) || '%' and p.merged_into is null and not p.dissolved order by name limit 10`,
    [text.replaceAll(/[\\%_]/g, '\\$&')],
  );
