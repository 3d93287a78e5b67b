import { defineSignal } from './define.ts';
import { recurringReading } from './recurring-revenue.ts';
import type { MoneyValue } from './tenant-money.ts';

export default defineSignal<MoneyValue>({
  id: 'mrr',
  title: 'MRR',
  formula:
    'Monthly recurring revenue of the subscriptions that count, trials and paused ones left out, each converted at the newest dated rate',
  unit: 'money a month',
  needs: ['subscription'],
  read: (view) => recurringReading(view, 1),
});
