import { z } from 'zod';
import { defineEntity } from './define.ts';
import { day, identifier, shortText } from './fields.ts';

const whole = z.strictObject({
  paymentMethodId: identifier,
  status: z.enum(['attached', 'detached']),
  /** `card`, `sepa_debit` …, in the provider's words. */
  method: shortText.min(1),
  brand: shortText.optional(),
  last4: z
    .string()
    .regex(/^[0-9A-Za-z]{1,4}$/)
    .optional(),
  country: shortText.optional(),
  /** The last day on which a card is good. */
  expiresOn: day.optional(),
});

export type PaymentMethod = z.infer<typeof whole>;

export default defineEntity({
  kind: 'payment_method',
  title: 'Payment method',
  whole,
  keyField: 'paymentMethodId',
});
