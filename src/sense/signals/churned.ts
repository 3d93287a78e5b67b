import account from '../state/account.ts';
import { defineSignal, unknown } from './define.ts';
import { fromRecords } from './entity-reading.ts';
import { termsOf } from './subscription-terms.ts';

export default defineSignal<boolean>({
  id: 'churned',
  title: 'Churned',
  formula:
    'No subscription is in force, though there were some or a dated churn record says so. A subscription in force outweighs a churn record: it is what the customer pays for',
  unit: 'yes or no',
  needs: ['account', 'subscription'],
  read: (view) => {
    const { counted, setAside, ever } = termsOf(view);
    const recorded = view
      .current(account)
      .filter(({ data }) => data.churnedOn !== undefined && data.churnedOn <= view.today);
    if (counted.length > 0) return fromRecords(false, [...counted, ...setAside, ...recorded]);
    return ever || recorded.length > 0
      ? fromRecords(true, recorded)
      : unknown('no subscription was ever received');
  },
});
