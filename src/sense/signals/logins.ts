import { defineSignal } from './define.ts';
import { recentSum } from './usage-window.ts';

export default defineSignal<number>({
  id: 'logins',
  title: 'Logins',
  formula: 'Logins of the last 28 days',
  unit: 'logins',
  needs: ['logins'],
  read: (view) => recentSum(view, 'logins'),
});
