import type { Money } from '../../domain/money.ts';
import type { Day } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';

/** A line of a finance statement; `accountId` is null while nobody knows whose it is. */
export interface StatementLine {
  readonly statementId: string;
  readonly source: string;
  readonly externalId: string;
  readonly accountId: string | null;
  readonly asOf: Day;
  readonly arr: Money;
}

/** The lines of the statement as of a day, by default of the newest one. */
export const statementLines = async (tx: TenantTx, asOf?: Day): Promise<StatementLine[]> =>
  tx.query<StatementLine>(
    `with lines as (
       select v.entity_key as "statementId", l.source, l.external_id as "externalId", b.account_id as "accountId",
         v.data->>'asOf' as "asOf", v.data->'arr' as arr
       from entity_versions v
       join links l on l.link_id = v.link_id
       left join account_links b on b.link_id = v.link_id and b.valid_to is null
       where v.kind = 'finance_arr' and v.complete and v.valid_to is null
     )
     select * from lines where "asOf" = coalesce($1, (select max("asOf") from lines)) order by "statementId"`,
    [asOf ?? null],
  );
