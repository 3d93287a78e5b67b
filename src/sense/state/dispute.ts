import { z } from 'zod';
import { defineEntity } from './define.ts';
import { amount, identifier, instant, shortText } from './fields.ts';

const whole = z.strictObject({
  disputeId: identifier,
  paymentId: identifier.optional(),
  amount,
  /** `inquiry`: the bank asks and has taken nothing yet. `prevented`: it was settled before it became one. */
  stage: z.enum(['inquiry', 'dispute']),
  status: z.enum(['needs_response', 'under_review', 'won', 'lost', 'closed', 'prevented']),
  openedAt: instant,
  /** Evidence is heard until then. */
  evidenceDueAt: instant.optional(),
  reason: shortText.optional(),
  networkReasonCode: shortText.optional(),
});

export type Dispute = z.infer<typeof whole>;

export default defineEntity({
  kind: 'dispute',
  title: 'Disputed payment',
  whole,
  keyField: 'disputeId',
});
