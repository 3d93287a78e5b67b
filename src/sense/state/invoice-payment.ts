import { z } from 'zod';
import { defineEntity } from './define.ts';
import { amount, identifier, instant } from './fields.ts';

const whole = z.strictObject({
  invoicePaymentId: identifier,
  invoiceId: identifier,
  paymentIntentId: identifier.optional(),
  paymentId: identifier.optional(),
  amountPaid: amount.optional(),
  status: z.enum(['open', 'paid', 'cancelled']),
  at: instant,
});

export type InvoicePayment = z.infer<typeof whole>;

/** Which payment is for which invoice: an invoice may take several. */
export default defineEntity({
  kind: 'invoice_payment',
  title: 'Payment of an invoice',
  whole,
  keyField: 'invoicePaymentId',
});
