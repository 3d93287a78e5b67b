import invoice from '../state/invoice.ts';
import { defineSignal } from './define.ts';
import { fromWatched } from './entity-reading.ts';
import { failingInvoices, pastDueInvoices } from './unpaid-invoices.ts';

export default defineSignal<string>({
  id: 'payment_status',
  title: 'Payment status',
  formula:
    'past_due: an unpaid invoice was due before today. failing: a payment failed on one not yet past due. current: neither, while invoices are received',
  unit: 'status',
  needs: ['invoice'],
  read: (view) => {
    const pastDue = pastDueInvoices(view);
    const failing = failingInvoices(view);
    const value = pastDue.length > 0 ? 'past_due' : failing.length > 0 ? 'failing' : 'current';
    return fromWatched(view, invoice, [...pastDue, ...failing], {
      value,
      isBad: value !== 'current',
    });
  },
});
