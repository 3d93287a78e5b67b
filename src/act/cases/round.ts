import type { KeptThought } from '../../agents/propose.ts';
import type { PlanFate } from '../../agents/reason/compose.ts';
import type { DecidingMode } from '../../domain/case.ts';
import type { Verdict } from '../../domain/decision.ts';
import type { Instant } from '../../domain/time.ts';

/** A draft as filed: its place in the proposal set, and the step of the plan that it is. */
export interface FiledStep {
  readonly ordinal: number;
  readonly step: string;
  readonly tool: string;
  readonly proposalId: string | null;
}

/** A draft that was not filed, and why. */
export interface RefusedStep {
  readonly step: string;
  readonly tool: string;
  readonly reason: string;
}

export type RoundStatus = 'running' | 'waiting' | 'done' | 'void' | 'failed';

export interface Round {
  readonly caseId: string;
  readonly round: number;
  readonly world: string;
  readonly threadId: string;
  readonly graphVersion: number;
  readonly configVersion: number;
  /** The release that the account was under; `null` before there was any. */
  readonly release: number | null;
  readonly status: RoundStatus;
  /** Why it was opened: `opened`, `next look`, `updated: …`. */
  readonly cause: string;
  readonly mode: DecidingMode;
  readonly note: string | null;
  readonly factSetId: string | null;
  readonly steps: readonly FiledStep[];
  readonly refused: readonly RefusedStep[];
  /** The plan by rules, with what became of each step. */
  readonly plan: readonly PlanFate[];
  /** How a model came to it; `null` where rules decided unasked. */
  readonly thought: KeptThought | null;
  readonly verdicts: Readonly<Record<string, Verdict>>;
  /** Approvals that it waits for. */
  readonly waitingOn: readonly string[];
  readonly nextLookAt: Instant | null;
  readonly leaseEpoch: number;
  readonly attempts: number;
  /** Not before then, after a failure; `null` where nothing failed. */
  readonly retryAt: Instant | null;
  readonly openedAt: Instant;
  readonly closedAt: Instant | null;
}
