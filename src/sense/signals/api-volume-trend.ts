import { defineSignal } from './define.ts';
import { BASELINE_DAYS, RECENT_DAYS, trendReading } from './usage-window.ts';

export default defineSignal<number>({
  id: 'api_volume_trend',
  title: 'Trend of API calls',
  formula: 'Mean API calls a day over the last 28 days against the 56 before them',
  unit: 'basis points',
  needs: ['api_calls'],
  read: (view) =>
    trendReading(view, 'api_calls', {
      recentDays: RECENT_DAYS,
      baselineDays: BASELINE_DAYS,
      leastBaseline: 50,
    }),
});
