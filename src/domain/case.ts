import type { Instant } from './time.ts';
import type { Money } from './money.ts';

/** A playbook's precedence: a higher class supersedes a lower one not yet sent. Highest first. */
export const CLASSES = ['comply', 'collect', 'save', 'sell', 'inform'] as const;
export type PlaybookClass = (typeof CLASSES)[number];

/** `live` acts; `simulated` has a persisted test clock; `shadow` has its own case and ledger space and reaches nothing. */
export type WorldKind = 'live' | 'simulated' | 'shadow';

/** A space in which cases, tasks, decisions and ledger entries live. `id` is `live` or `shadow-…` or `simulated-…`. */
export interface World {
  readonly id: string;
  readonly kind: WorldKind;
}

export const LIVE: World = { id: 'live', kind: 'live' };

export type DecidingMode = 'rules' | 'agent' | 'hybrid';

export interface CaseReason {
  /** Signal, score or alert id that it rests on. */
  readonly input: string;
  readonly text: string;
}

export interface Case {
  readonly id: string;
  readonly tenantId: string;
  readonly world: World;
  readonly accountId: string;
  readonly playbook: string;
  readonly class: PlaybookClass;
  readonly agent: string;
  /** What the case is about within the account: a contract id, or `account`. */
  readonly subject: string;
  /** Which occurrence it is: a renewal date, or the day it opened. */
  readonly period: string;
  readonly status: 'waiting' | 'open' | 'closed';
  /** Held-out cases open as shadows: rounds run, nothing is filed to act. */
  readonly arm: 'treatment' | 'holdout';
  readonly openedAt: Instant;
  readonly closedAt: Instant | null;
  readonly closeReason: string | null;
  readonly reasons: readonly CaseReason[];
  /** 0–100, how soon it must be looked at. */
  readonly urgency: number;
  readonly arrAtRisk: Money | null;
  readonly round: number;
  readonly nextLookAt: Instant | null;
}
