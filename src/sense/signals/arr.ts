import { defineSignal } from './define.ts';
import { recurringReading } from './recurring-revenue.ts';
import type { MoneyValue } from './tenant-money.ts';

export default defineSignal<MoneyValue>({
  id: 'arr',
  title: 'ARR',
  formula: 'Twelve times the monthly recurring revenue',
  unit: 'money a year',
  needs: ['subscription'],
  read: (view) => recurringReading(view, 12),
});
