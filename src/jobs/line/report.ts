import { listApprovals } from '../../act/approvals/read.ts';
import { listCases } from '../../act/cases/case-store.ts';
import { listOutbox } from '../../act/outbox/store.ts';
import { listProposals } from '../../act/settle/read.ts';
import { listTasks } from '../../act/tasks/store.ts';
import type { Planned } from '../../act/planner/plan.ts';
import { dayIn, type Day, type Instant } from '../../domain/time.ts';
import { callsOfMoment } from '../../language-models/call-store.ts';
import { modelRulesOf } from '../../language-models/rules.ts';
import { sumUsage, type UsageSum } from '../../language-models/sum-usage.ts';
import { currentConfig } from '../../platform/config/store.ts';
import { groupBy } from '../../sense/group-by.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { RatedRenewal } from '../../playbooks/renewal-runway.ts';
import { countAccounts } from '../../sense/identity/account-store.ts';
import type { RoundCounts } from './drive-due.ts';
import type { LineRequest } from './line-run.ts';
import type { Observed } from './observe-accounts.ts';

/** What a run found and did. Counts of proposals, approvals, tasks and outbox are of the whole world as it stands after. */
export interface RunReport {
  readonly runId: string;
  readonly world: string;
  readonly reason: string;
  readonly now: Instant;
  readonly asOf: Day | null;
  readonly accounts: number;
  readonly assessed: number;
  /** Accounts by churn tier: `low`, `medium`, `high`, `critical`, `unknown`, `too_young`. */
  readonly tiers: Readonly<Record<string, number>>;
  readonly casesOpened: number;
  readonly casesUpdated: number;
  readonly casesClosed: number;
  readonly casesWaiting: number;
  readonly casesHeldOut: number;
  /** Candidates left alone because their like was closed a short while ago. */
  readonly coolingDown: number;
  /** Candidates left alone because a person put the matter to rest. */
  readonly snoozed: number;
  /** Cases opened by playbook. */
  readonly openedByPlaybook: Readonly<Record<string, number>>;
  readonly rounds: RoundCounts;
  /** Proposals by where they stand. */
  readonly proposals: Readonly<Record<string, number>>;
  readonly approvalsPending: number;
  readonly tasks: number;
  readonly outbox: Readonly<Record<string, number>>;
  /** What models took in this run, in all and by case, the dearest first. Reports of earlier builds have none. */
  readonly models?: UsageSum & { readonly cases: readonly CaseUsage[] };
  /** What stops outward work, in a sentence; `null` while nothing does. */
  readonly brake: string | null;
  /** Renewals ahead with their rating, soonest first. */
  readonly renewals: readonly RatedRenewal[];
}

export interface CaseUsage extends UsageSum {
  readonly caseId: string;
}

/** The longest list of renewals kept with a run. */
const MOST_RENEWALS = 500;

export interface RunFindings {
  readonly runId: string;
  readonly observed: Observed;
  readonly planned: Planned;
  readonly rounds: RoundCounts;
  readonly brake: string | null;
}

export const reportRun = async (
  tx: TenantTx,
  request: LineRequest,
  { runId, observed, planned, rounds, brake }: RunFindings,
): Promise<RunReport> => {
  const world = request.world.id;
  const waiting = await listCases(tx, { world, status: 'waiting' });
  const tasks = await listTasks(tx, { world });
  return {
    runId,
    world,
    reason: request.reason,
    now: request.now,
    asOf: request.asOf ?? null,
    accounts: await countAccounts(tx),
    assessed: observed.assessed,
    tiers: observed.tiers,
    casesOpened: planned.opened.length,
    casesUpdated: observed.updated,
    casesClosed: observed.closed,
    casesWaiting: waiting.length,
    casesHeldOut: planned.heldOut.length,
    coolingDown: planned.coolingDown,
    snoozed: planned.snoozed,
    openedByPlaybook: tally(planned.opened.map(({ playbook }) => playbook)),
    rounds,
    proposals: tally((await listProposals(tx, { world })).map(({ status }) => status)),
    approvalsPending: (await listApprovals(tx, { world, status: 'pending' })).length,
    tasks: tasks.filter(({ status }) => status === 'open' || status === 'accepted').length,
    outbox: tally((await listOutbox(tx, { world })).map(({ status }) => status)),
    models: await usageOf(tx, request.now),
    brake,
    renewals: [...observed.renewals].sort((a, b) => a.days - b.days).slice(0, MOST_RENEWALS),
  };
};

const usageOf = async (tx: TenantTx, now: Instant): Promise<NonNullable<RunReport['models']>> => {
  const config = await currentConfig(tx);
  const rules = modelRulesOf(config);
  const rows = await callsOfMoment(tx, { day: dayIn(config.zone, now), at: now });
  const cases = [...groupBy(rows, ({ caseId }) => caseId)]
    .map(([caseId, calls]) => ({ caseId, ...sumUsage(calls, rules, config.currency) }))
    .toSorted((a, b) => b.costNano - a.costNano || b.inputTokens - a.inputTokens);
  return { ...sumUsage(rows, rules, config.currency), cases };
};

const tally = (words: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
};
