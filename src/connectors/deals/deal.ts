import type { IncomingEvent } from '../../domain/event.ts';
import type { DealKind } from '../../domain/proposal.ts';
import type { Money } from '../../domain/money.ts';
import type { Day, Instant } from '../../domain/time.ts';

export type Standing = 'open' | 'won' | 'lost';

/** A deal of our own pipeline. */
export interface Deal {
  readonly id: string;
  readonly accountId: string;
  readonly caseId: string;
  readonly kind: DealKind;
  readonly name: string;
  readonly stage: string;
  readonly standing: Standing;
  readonly amount: Money | null;
  readonly ownerId: string | null;
  readonly closeOn: Day;
  readonly movedByPerson: boolean;
  readonly openedAt: Instant;
  readonly stageSince: Instant;
  readonly closedAt: Instant | null;
  readonly revision: number;
}

/** One step of its history. */
export interface DealMove {
  readonly revision: number;
  readonly fromStage: string | null;
  readonly toStage: string;
  readonly movedBy: string;
  readonly byPerson: boolean;
  readonly note: string | null;
  readonly at: Instant;
}

/** `deal.changed`, once for each revision. Pure. */
export const dealEvent = (deal: Deal, now: Instant): IncomingEvent => ({
  eventId: `deal:${deal.id}:${deal.revision}`,
  source: 'retinue',
  type: 'deal.changed',
  occurredAt: now,
  trust: 'server',
  ref: { source: 'retinue', externalId: deal.accountId },
  payload: {
    dealId: deal.id,
    kind: deal.kind,
    stage: deal.stage,
    standing: deal.standing,
    closeOn: deal.closeOn,
    caseId: deal.caseId,
    at: now,
    ...(deal.amount === null ? {} : { amount: { ...deal.amount } }),
    ...(deal.ownerId === null ? {} : { ownerId: deal.ownerId }),
  },
});
