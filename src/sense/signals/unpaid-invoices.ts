import type { AccountView } from '../account-view.ts';
import type { Held } from '../state/define.ts';
import invoice, { type Invoice } from '../state/invoice.ts';

/** An unpaid invoice is past due from the day after it was due; written off counts as unpaid. */
export const pastDueInvoices = (view: AccountView): readonly Held<Invoice>[] =>
  view
    .current(invoice)
    .filter(
      ({ data }) =>
        (data.status === 'open' || data.status === 'uncollectible') && data.dueOn < view.today,
    );

/** An open invoice whose payment was tried and failed, whether or not it is due yet. */
export const failingInvoices = (view: AccountView): readonly Held<Invoice>[] =>
  view
    .current(invoice)
    .filter(({ data }) => data.status === 'open' && (data.failedAttempts ?? 0) > 0);
