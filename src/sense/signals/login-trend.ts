import { defineSignal } from './define.ts';
import { BASELINE_DAYS, RECENT_DAYS, trendReading } from './usage-window.ts';

export default defineSignal<number>({
  id: 'login_trend',
  title: 'Login trend',
  formula:
    'Mean logins a day over the last 28 days against the 56 before them (requirement U1: the account’s own baseline): (recent − baseline) ÷ baseline',
  unit: 'basis points',
  needs: ['logins'],
  read: (view) =>
    trendReading(view, 'logins', {
      recentDays: RECENT_DAYS,
      baselineDays: BASELINE_DAYS,
      leastBaseline: 8,
    }),
});
