import { z } from 'zod';
import { defineEntity } from './define.ts';
import { amount, identifier, instant, shortText } from './fields.ts';

const whole = z.strictObject({
  refundId: identifier,
  paymentId: identifier.optional(),
  amount,
  status: z.enum(['pending', 'succeeded', 'failed', 'cancelled']),
  at: instant,
  reason: shortText.optional(),
  failureReason: shortText.optional(),
});

export type Refund = z.infer<typeof whole>;

export default defineEntity({ kind: 'refund', title: 'Refund', whole, keyField: 'refundId' });
