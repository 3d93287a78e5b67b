import { daysBetween } from '../../domain/time.ts';
import invoice from '../state/invoice.ts';
import { defineSignal, unknown } from './define.ts';
import { fromWatched } from './entity-reading.ts';
import { moneyValue, totalInTenantCurrency, type MoneyValue } from './tenant-money.ts';
import { pastDueInvoices } from './unpaid-invoices.ts';

type PastDue = {
  readonly amount: MoneyValue;
  /** Days since the oldest of them was due; 0 when none is past due. */
  readonly days: number;
  readonly invoices: readonly string[];
};

export default defineSignal<PastDue>({
  id: 'past_due',
  title: 'Past due',
  formula:
    'Unpaid invoices due before today: their sum in the tenant’s currency at the newest dated rate, and the days since the oldest was due',
  unit: 'money and days',
  needs: ['invoice'],
  read: (view) => {
    const held = pastDueInvoices(view);
    const sum = totalInTenantCurrency(
      view.config,
      held.map(({ data }) => data.amountDue),
      view.today,
    );
    if ('without' in sum) {
      return unknown(`no rate from ${sum.without} to ${view.config.currency} is known; add one`);
    }
    const days = Math.max(0, ...held.map(({ data }) => daysBetween(data.dueOn, view.today)));
    const value = {
      amount: moneyValue(sum.total),
      days,
      invoices: held.map(({ key }) => key).sort(),
    };
    return fromWatched(view, invoice, held, { value, isBad: held.length > 0 });
  },
});
