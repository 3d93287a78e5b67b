import type { Day, Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { Judged } from './precision.ts';

export const VERDICTS = ['right', 'wrong', 'known', 'snooze'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What a person said of a case. */
export interface CaseVerdict {
  readonly caseId: string;
  readonly verdict: Verdict;
  readonly until: Day | null;
  readonly note: string | null;
  readonly personId: string;
  readonly at: Instant;
}

export const insertVerdict = async (
  tx: TenantTx,
  about: {
    readonly world: string;
    readonly accountId: string;
    readonly playbook: string;
    readonly subject: string;
    /** Of its reasons. */
    readonly inputs: readonly string[];
  },
  said: CaseVerdict,
): Promise<void> => {
  await tx.query(
    `insert into case_verdicts (tenant_id, case_id, ordinal, world, account_id, playbook, subject, verdict, until, note,
       person_id, at, inputs)
     select $1, $2, coalesce(max(ordinal), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 from case_verdicts where case_id = $2`,
    [
      tx.tenantId,
      said.caseId,
      about.world,
      about.accountId,
      about.playbook,
      about.subject,
      said.verdict,
      said.until,
      said.note,
      said.personId,
      said.at,
      about.inputs,
    ],
  );
};

/** Matters that a person put to rest beyond this day, and until when; by playbook, account and subject. */
export const snoozedMatters = (
  tx: TenantTx,
  world: string,
  accountIds: readonly string[],
  today: Day,
): Promise<{ playbook: string; accountId: string; subject: string; until: Day }[]> =>
  tx.query(
    `select playbook, account_id as "accountId", subject, max(until) as until from case_verdicts
     where world = $1 and account_id = any($2) and verdict = 'snooze' and until > $3 group by 1, 2, 3`,
    [world, accountIds, today],
  );

const COUNTS = `count(*) filter (where verdict = 'right')::int as "right",
  count(*) filter (where verdict = 'known')::int as known,
  count(*) filter (where verdict = 'wrong')::int as wrong,
  count(*) filter (where verdict = 'snooze')::int as snoozed`;

const LAST = `(select distinct on (case_id) case_id, playbook, inputs, verdict from case_verdicts
  where world = $1 order by case_id, ordinal desc) as last`;

/** Verdicts by playbook; of several on one case the last counts, a snooze says nothing of whether it was right. */
export const countVerdicts = (
  tx: TenantTx,
  world: string,
): Promise<(Judged & { playbook: string })[]> =>
  tx.query(`select playbook, ${COUNTS} from ${LAST} group by playbook order by playbook`, [world]);

/** The same by the inputs of the reasons that the cases had when they were judged. */
export const countVerdictsByReason = (
  tx: TenantTx,
  world: string,
): Promise<(Judged & { playbook: string; input: string })[]> =>
  tx.query(
    `select playbook, input, ${COUNTS} from ${LAST}, unnest(inputs) as input
     group by playbook, input order by playbook, input`,
    [world],
  );

/** What people said of a case, the first first. */
export const listVerdicts = (tx: TenantTx, caseId: string): Promise<CaseVerdict[]> =>
  tx.query(
    `select case_id as "caseId", verdict, until, note, person_id as "personId", at from case_verdicts
     where case_id = $1 order by ordinal`,
    [caseId],
  );
