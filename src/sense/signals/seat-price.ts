import { defineSignal, unknown } from './define.ts';
import { fromRecords } from './entity-reading.ts';
import { planTermsOf } from './subscription-terms.ts';
import { moneyValue, type MoneyValue } from './tenant-money.ts';

export default defineSignal<MoneyValue>({
  id: 'seat_price',
  title: 'List price of a seat',
  formula: 'One seat for one month on the current plan, in the currency of the price list',
  unit: 'money a seat and month',
  needs: ['subscription', 'plan'],
  read: (view) => {
    const plan = planTermsOf(view);
    if (plan === null) return unknown('no subscription is in force');
    return plan.seatPrice === null
      ? unknown(`the list price of plan \`${plan.id}\` is not known`)
      : fromRecords(moneyValue(plan.seatPrice), plan.held);
  },
});
