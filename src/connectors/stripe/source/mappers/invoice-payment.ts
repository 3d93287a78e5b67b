import { z } from 'zod';
import { defineMapper, instantOf, INVOICES } from '../define.ts';
import { stripeMoney } from '../money.ts';
import { amount, currency, expandable, id, idOf, seconds } from '../shapes.ts';

const invoicePayment = z.looseObject({
  id,
  invoice: expandable,
  amount_paid: amount.nullish(),
  currency,
  created: seconds,
  status: z.enum(['open', 'paid', 'canceled']),
  payment: z.looseObject({ payment_intent: expandable, charge: expandable }).nullish(),
});

const STAGES = { open: 0, canceled: 200, paid: 300 } as const;

export default defineMapper<z.infer<typeof invoicePayment>>({
  id: 'invoice_payment',
  title: 'Which payment is for which invoice',
  reads: 'invoice_payment',
  schema: invoicePayment,
  progress: ({ status }) => STAGES[status],
  map: (given) => {
    const invoiceId = idOf(given.invoice);
    if (invoiceId === null) return { ignored: 'it names no invoice' };
    const paid = given.amount_paid ?? null;
    const payload = {
      invoicePaymentId: given.id,
      invoiceId,
      paymentIntentId: idOf(given.payment?.payment_intent),
      paymentId: idOf(given.payment?.charge),
      amountPaid: paid === null ? null : { ...stripeMoney(paid, given.currency) },
      status: given.status === 'canceled' ? 'cancelled' : given.status,
      at: instantOf(given.created),
    };
    const ref = { source: INVOICES, externalId: invoiceId };
    return { changes: [{ type: 'invoice_payment.changed', key: given.id, ref, payload }] };
  },
});
