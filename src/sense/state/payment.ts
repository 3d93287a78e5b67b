import { z } from 'zod';
import { defineEntity } from './define.ts';
import { amount, identifier, instant, shortText } from './fields.ts';

const whole = z.strictObject({
  paymentId: identifier,
  invoiceId: identifier.optional(),
  /** Ties it to an invoice where the payment itself does not name one. */
  paymentIntentId: identifier.optional(),
  amount,
  amountRefunded: amount.optional(),
  status: z.enum(['pending', 'succeeded', 'failed']),
  at: instant,
  paymentMethodId: identifier.optional(),
  /** `card`, `sepa_debit` …, in the provider's words. */
  method: shortText.optional(),
  brand: shortText.optional(),
  failureCode: shortText.optional(),
  /** Why the issuer declined, such as `insufficient_funds`. */
  declineCode: shortText.optional(),
  /** The card network's own code, such as `51`. */
  networkDeclineCode: shortText.optional(),
  /** What the network advises: `try_again_later`, `do_not_try_again`, `confirm_card_data`. */
  declineAdvice: shortText.optional(),
  disputed: z.boolean().optional(),
});

export type Payment = z.infer<typeof whole>;

/** One attempt to collect money, and what came of it. */
export default defineEntity({ kind: 'payment', title: 'Payment', whole, keyField: 'paymentId' });
