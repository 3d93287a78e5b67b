import type { Effect } from '../../connectors/define.ts';
import type { PolicyReason } from '../../domain/decision.ts';
import type { Instant } from '../../domain/time.ts';

export const OUTBOX_STATUSES = [
  'held',
  'ready',
  'sending',
  'done',
  'refused',
  'unknown',
  'recalled',
  'blocked',
  'failed',
] as const;

/**
 * `held` waits for a moment; `ready` may go; `sending` is with a worker, or was when it died; `unknown` may or may not
 * have happened and waits for a person. For good: `done` happened; `refused` by the other side or by the suppression
 * list; `blocked` by the rules when it was about to happen; `recalled` by a person or by a higher claim; `failed` after
 * the last attempt.
 */
export type OutboxStatus = (typeof OUTBOX_STATUSES)[number];

export interface OutboxRow {
  readonly actionId: string;
  readonly world: string;
  readonly port: string;
  readonly businessKey: string;
  readonly accountId: string | null;
  readonly caseId: string | null;
  readonly playbook: string | null;
  readonly proposalId: string | null;
  readonly decisionId: string | null;
  readonly approvalId: string | null;
  /** The task that a notice to our own people is about; `null` for everything decided. */
  readonly taskId: string | null;
  readonly templateId: string | null;
  /** It reaches somebody outside the house. */
  readonly outward: boolean;
  readonly ownerId: string | null;
  readonly effect: Effect;
  readonly status: OutboxStatus;
  /** Why it is as it is, newest last. */
  readonly reasons: readonly PolicyReason[];
  readonly notBefore: Instant;
  readonly attempts: number;
  readonly nextAttemptAt: Instant | null;
  readonly leaseEpoch: number;
  readonly startedAt: Instant | null;
  readonly receipt: Readonly<Record<string, string>> | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly finishedAt: Instant | null;
}

/** What ended it, for callers that follow proposals and cases. */
export const isFinished = (status: OutboxStatus): boolean =>
  status !== 'held' && status !== 'ready' && status !== 'sending';
