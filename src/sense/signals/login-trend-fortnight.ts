import { defineSignal } from './define.ts';
import { BASELINE_DAYS, trendReading } from './usage-window.ts';

export default defineSignal<number>({
  id: 'login_trend_fortnight',
  title: 'Login trend of the fortnight',
  formula:
    'Mean logins a day over the last 14 days against the 56 before them: quick enough for an alert within a week (requirement C6)',
  unit: 'basis points',
  needs: ['logins'],
  read: (view) =>
    trendReading(view, 'logins', {
      recentDays: 14,
      baselineDays: BASELINE_DAYS,
      leastBaseline: 8,
    }),
});
