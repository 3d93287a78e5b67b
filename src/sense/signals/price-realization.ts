import { times } from '../../domain/money.ts';
import { defineSignal, unknown } from './define.ts';
import { fromRecords } from './entity-reading.ts';
import { listPriceOf, termsOf } from './subscription-terms.ts';
import { totalInTenantCurrency } from './tenant-money.ts';

export default defineSignal<number>({
  id: 'price_realization',
  title: 'Price realization',
  formula:
    'Recurring revenue a month ÷ seats bought at the list price of their plan (price realization, expansion-triggers.txt): below 100 % is what was given as discounts or kept from older price lists. Trials and pauses are left out',
  unit: 'basis points',
  needs: ['subscription', 'plan'],
  read: (view) => {
    const { counted, ever } = termsOf(view);
    if (!ever) return unknown('no subscription was ever received');
    const paying = counted.filter(({ data }) => !['trialing', 'paused'].includes(data.status));
    if (paying.length === 0) return unknown('no paid subscription is in force');
    const paid = paying.flatMap(({ data }) => data.mrr ?? []);
    const listed = paying.flatMap((held) => {
      const price = listPriceOf(view, held);
      return price === null || held.data.seats === undefined ? [] : times(price, held.data.seats);
    });
    if (paid.length < paying.length) return unknown('a subscription gives no recurring amount');
    if (listed.length < paying.length) {
      return unknown('the seats of a subscription or the list price of its plan are not known');
    }
    const revenue = totalInTenantCurrency(view.config, paid, view.today);
    const list = totalInTenantCurrency(view.config, listed, view.today);
    if ('without' in revenue) return unknown(`no rate from ${revenue.without} is known; add one`);
    if ('without' in list) return unknown(`no rate from ${list.without} is known; add one`);
    return list.total.minor === 0
      ? unknown('the list price is nothing')
      : fromRecords(Math.floor((revenue.total.minor * 10_000) / list.total.minor), paying);
  },
});
