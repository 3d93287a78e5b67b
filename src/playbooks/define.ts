import type { z } from 'zod';
import type { Case, CaseReason, PlaybookClass } from '../domain/case.ts';
import type { Facts } from '../domain/fact.ts';
import type { Money } from '../domain/money.ts';
import type { ProposalDraft } from '../domain/proposal.ts';
import type { Score, Scores } from '../domain/score.ts';
import type { TenantConfig } from '../domain/tenant.ts';
import type { Day, Instant } from '../domain/time.ts';

/** What a playbook looks at: one account at one moment. */
export interface Situation {
  readonly accountId: string;
  readonly facts: Facts;
  readonly scores: Scores;
  /** Earlier scores of the account by score id, oldest first, for trends. */
  readonly history: Readonly<
    Record<
      string,
      readonly { readonly day: Day; readonly score: Pick<Score, 'status' | 'value'> }[]
    >
  >;
  readonly config: TenantConfig;
  readonly today: Day;
  readonly now: Instant;
}

/** That a playbook applies, to what, and why. */
export interface Opening {
  /** Within the account: a contract id, or `account`. Cases of one playbook and subject are never open twice. */
  readonly subject: string;
  readonly period: string;
  readonly urgency: number;
  readonly arrAtRisk: Money | null;
  readonly reasons: readonly CaseReason[];
}

/** What was proposed in earlier rounds of the case, so that a plan goes on and does not start again. */
export interface PastStep {
  readonly tool: string;
  /** A stable name for the step within the plan: `tell-sales`, `offer`. */
  readonly step: string;
  readonly status: string;
  readonly at: Instant;
}

export interface Plan {
  readonly proposals: readonly (ProposalDraft & { readonly step: string })[];
  /** When the case is looked at again by itself; `null` leaves it to events and approvals. */
  readonly nextLookAt: Instant | null;
}

/** One practice: when it applies, who owns it, what it proposes, how it is measured. Pure; one file a member. */
export interface Playbook<P = unknown> {
  readonly id: string;
  readonly title: string;
  /** Requirement ids, such as `C5`. */
  readonly covers: readonly string[];
  readonly agent: string;
  readonly class: PlaybookClass;
  /** What goes wrong without it, from the source text: its scenario test is made from this. */
  readonly story: string;
  readonly parameters: z.ZodType<P>;
  /** Basis points held out by default. */
  readonly holdout: number;
  /** Act tools that it may propose, by id. */
  readonly tools: readonly string[];
  /** Facts whose change makes a pending approval stale. A number is a tolerance (absolute); `exact` allows none. */
  readonly reliesOn: Readonly<Record<string, 'exact' | number>>;
  readonly when: (situation: Situation, parameters: P) => readonly Opening[];
  /** Why an open case is over, or `null` while it goes on. */
  readonly clears: (openCase: Case, situation: Situation, parameters: P) => string | null;
  /** The plan of `rules` mode. */
  readonly plan: (
    openCase: Case,
    situation: Situation,
    past: readonly PastStep[],
    parameters: P,
  ) => Plan;
  /** What success is, for later measurement. */
  readonly measure: { readonly outcome: string; readonly withinDays: number };
}

export const definePlaybook = <P>(playbook: Playbook<P>): Playbook<P> => playbook;
