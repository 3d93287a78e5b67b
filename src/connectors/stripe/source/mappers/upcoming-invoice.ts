import { customerRef, dayOf, defineMapper, instantOrNull, NO_CUSTOMER } from '../define.ts';
import { invoiceShape, subscriptionOf, type StripeInvoice } from '../invoice-shape.ts';
import { stripeMoney } from '../money.ts';
import { idOf } from '../shapes.ts';

export default defineMapper<StripeInvoice>({
  id: 'upcoming_invoice',
  title: 'Invoices that are announced',
  reads: 'invoice',
  schema: invoiceShape,
  map: (invoice, _occasion, { zone }) => {
    const ref = customerRef(invoice.customer);
    if (ref === null) return { ignored: NO_CUSTOMER };
    const id = invoice.id ?? null;
    if (id !== null && !id.startsWith('upcoming_in_')) return { changes: [] };
    const subscriptionId = subscriptionOf(invoice);
    const key = subscriptionId ?? idOf(invoice.customer) ?? ref.externalId;
    const payload = {
      upcomingId: key,
      subscriptionId,
      amountDue: { ...stripeMoney(invoice.amount_due, invoice.currency) },
      dueOn: dayOf(invoice.next_payment_attempt ?? invoice.created, zone),
      periodStartsAt: instantOrNull(invoice.period_start),
      periodEndsAt: instantOrNull(invoice.period_end),
    };
    return { changes: [{ type: 'upcoming_invoice.changed', key, ref, payload }] };
  },
});
