import type { TenantTx } from '../../platform/db/database.ts';

/** An unclosed case whose account is not, or no longer, the one it stands under. */
export interface Astray {
  readonly caseId: string;
  readonly accountId: string;
  /** The account that it was opened for. */
  readonly openedFor: string;
  /** Where that account is now: itself, or what it was merged into. */
  readonly belongsTo: string;
}

/** Unclosed cases of a world that stand under another account than theirs, by id. */
export const astrayCases = async (tx: TenantTx, world: string): Promise<Astray[]> =>
  tx.query<Astray>(
    `select * from (
       select c.case_id as "caseId", c.account_id as "accountId", coalesce(c.opened_for, c.account_id) as "openedFor",
         coalesce(p.merged_into, p.account_id) as "belongsTo"
       from cases c join account_profiles p on p.account_id = coalesce(c.opened_for, c.account_id)
       where c.world = $1 and c.status <> 'closed' and (p.merged_into is not null or c.opened_for is not null)
     ) as cases where "accountId" <> "belongsTo" order by "caseId"`,
    [world],
  );

/** Puts a case, and the tasks of it that are open, under another account. */
export const moveCase = async (
  tx: TenantTx,
  to: {
    readonly caseId: string;
    readonly accountId: string;
    readonly rootAccountId: string;
    /** Where it was opened for another account than that. */
    readonly openedFor: string | null;
  },
): Promise<void> => {
  await tx.query(
    `update cases set account_id = $2, root_account_id = $3, opened_for = $4 where case_id = $1`,
    [to.caseId, to.accountId, to.rootAccountId, to.openedFor],
  );
  await tx.query(
    `update tasks set account_id = $2 where case_id = $1 and status in ('open', 'accepted')`,
    [to.caseId, to.accountId],
  );
};

/** Of cases, how many effects each has had or may have had. */
export const effectsOfCases = async (
  tx: TenantTx,
  caseIds: readonly string[],
): Promise<ReadonlyMap<string, number>> => {
  const rows = await tx.query<{ caseId: string; count: number }>(
    `select case_id as "caseId", count(*) as count from outbox
     where case_id = any($1) and status in ('sending', 'done', 'unknown') group by case_id`,
    [caseIds],
  );
  return new Map(rows.map(({ caseId, count }) => [caseId, count]));
};
