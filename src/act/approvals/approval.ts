import type { Json } from '../../domain/json.ts';
import type { Instant } from '../../domain/time.ts';

export type ApprovalStatus = 'pending' | 'approved' | 'rejected' | 'expired' | 'void' | 'consumed';

export interface Vote {
  readonly personId: string;
  readonly vote: 'approve' | 'reject';
  readonly note: string | null;
  /** Held when voting. */
  readonly roles: readonly string[];
  readonly at: Instant;
}

/** A fact as it was seen when the approval was asked for, and how far it may move. */
export interface BoundFact {
  readonly value: Json;
  readonly tolerance: 'exact' | number;
}

/** A question to people: may this very action be carried out, on these facts. Settled once, used once. */
export interface Approval {
  readonly id: string;
  readonly proposalId: string;
  readonly decisionId: string;
  readonly caseId: string;
  readonly accountId: string;
  readonly world: string;
  readonly status: ApprovalStatus;
  readonly statusReason: string | null;
  /** Whoever holds one of these may vote. */
  readonly roles: readonly string[];
  readonly quorum: number;
  /** The rules that asked for it. */
  readonly rules: readonly string[];
  /** Of the action as it was seen: tool, version, arguments, quote, recipient. */
  readonly digest: string;
  readonly bound: Readonly<Record<string, BoundFact>>;
  readonly requestedAt: Instant;
  readonly expiresAt: Instant;
  readonly decidedAt: Instant | null;
  readonly votes: readonly Vote[];
}
