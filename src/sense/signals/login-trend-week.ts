import { defineSignal } from './define.ts';
import { trendReading } from './usage-window.ts';

export default defineSignal<number>({
  id: 'login_trend_week',
  title: 'Logins week over week',
  formula: 'Logins of the last 7 days against the 7 before them',
  unit: 'basis points',
  needs: ['logins'],
  read: (view) =>
    trendReading(view, 'logins', { recentDays: 7, baselineDays: 7, leastBaseline: 5 }),
});
