import { certain, severityOf, type Line } from './line.ts';

const WHOLE = 10_000;
const FAILING = 4_000;
const PAST_DUE = 6_000;
const LATE_DAYS = 14;

/** Past due weighs six tenths from the first day and all of it after 14 days; a failed payment four tenths. */
export const billingLine: Line = {
  input: 'payment_status',
  needs: ['payment_status', 'past_due'],
  read: ({ facts }, scale) => {
    const fact = facts['payment_status'];
    const status = fact?.value ?? null;
    if (status === null) return { known: false, reason: `billing: ${fact?.note ?? 'not derived'}` };
    if (status === 'current') return certain(0, 'invoices are paid');
    if (status === 'failing') return certain(severityOf(FAILING, scale), 'a payment failed');
    const days = daysOf(facts['past_due']?.value);
    const late = Math.round(((WHOLE - PAST_DUE) * Math.min(days, LATE_DAYS)) / LATE_DAYS);
    return certain(severityOf(PAST_DUE + late, scale), `an invoice is ${days} days past due`);
  },
};

const daysOf = (pastDue: unknown): number =>
  pastDue !== null && typeof pastDue === 'object' && 'days' in pastDue ? Number(pastDue.days) : 1;
