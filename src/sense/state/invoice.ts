import { z } from 'zod';
import { defineEntity } from './define.ts';
import { amount, day, identifier, instant, shortText } from './fields.ts';

const whole = z.strictObject({
  invoiceId: identifier,
  number: shortText.optional(),
  subscriptionId: identifier.optional(),
  status: z.enum(['draft', 'open', 'paid', 'void', 'uncollectible']),
  amountDue: amount,
  issuedOn: day,
  /** An open invoice is past due from the day after. */
  dueOn: day,
  paidAt: instant.optional(),
  failedAttempts: z.number().int().nonnegative().optional(),
  total: amount.optional(),
  amountPaid: amount.optional(),
  amountRemaining: amount.optional(),
  collection: z.enum(['automatic', 'by_invoice']).optional(),
  /** When payment is tried again. */
  nextAttemptAt: instant.optional(),
  /** Why it was made: a cycle, a change, a first invoice, by hand. */
  billingReason: shortText.optional(),
  periodStartsAt: instant.optional(),
  periodEndsAt: instant.optional(),
});

export type Invoice = z.infer<typeof whole>;

export default defineEntity({
  kind: 'invoice',
  title: 'Invoice',
  whole,
  keyField: 'invoiceId',
});
