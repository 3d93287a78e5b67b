import { defineSignal } from './define.ts';
import { API_WEEK, trendReading } from './usage-window.ts';

/** Requirement U3: more than this down within a week calls for a new score at once. */
const DROP = -5_000;

export default defineSignal<boolean>({
  id: 'api_drop_week',
  title: 'API calls fell by half in a week',
  formula: 'API calls of the last 7 days are more than 50 % below the 7 before them (U3)',
  unit: 'yes or no',
  needs: ['api_calls'],
  read: (view) => {
    const week = trendReading(view, 'api_calls', API_WEEK);
    return { ...week, value: week.value === null ? null : week.value < DROP };
  },
});
