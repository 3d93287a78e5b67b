import type { Instant } from './time.ts';
import type { JsonObject } from './json.ts';

/** The rungs of autonomy in force for a tenant, playbook and action, lowest first. */
export const RUNGS = ['observe', 'draft', 'approve', 'auto_with_undo', 'auto'] as const;
export type Rung = (typeof RUNGS)[number];

export type Verdict = 'permit' | 'escalate' | 'forbid' | 'hold' | 'draft';

/** `clear` and `not_applicable` let pass; `blocked` has a cause; `stale` has no fresh input and counts as closed. */
export type GuardState = 'clear' | 'blocked' | 'stale' | 'not_applicable';

export interface Guard {
  readonly state: GuardState;
  /** What it rests on: `SEV1 incident inc-42 open since …`, `no invoice event accepted for 9 days`. */
  readonly reason: string;
}

/** Guards of one account by guard id (`billing`, `incident`, `deletion`, `touches`, `conversation`). */
export type Guards = Readonly<Record<string, Guard>>;

export interface PolicyReason {
  /** The Cedar policy id, the arbiter's rule, or the ladder's rung. */
  readonly rule: string;
  readonly text: string;
}

/** One verdict on one proposal at one moment, with everything needed to reach it again. */
export interface Decision {
  readonly id: string;
  readonly proposalId: string;
  readonly verdict: Verdict;
  readonly reasons: readonly PolicyReason[];
  /** For `escalate`: who may lift it, and how many of them. */
  readonly approvers: readonly string[];
  readonly quorum: number;
  /** For `hold`: when it is looked at again. */
  readonly until: Instant | null;
  /** The exact policy request, so that `replay` can ask again. */
  readonly request: JsonObject;
  readonly policyVersion: string;
  readonly configVersion: number;
  /** The release that it was made under; `null` before there was any. */
  readonly release: number | null;
  readonly buildId: string;
  readonly factSetId: string;
  /** `settle` when first decided, `execute` just before the effect. */
  readonly phase: 'settle' | 'execute';
  readonly at: Instant;
}
