import { defineSignal } from './define.ts';
import { API_WEEK, trendReading } from './usage-window.ts';

export default defineSignal<number>({
  id: 'api_volume_week',
  title: 'API calls week over week',
  formula: 'API calls of the last 7 days against the 7 before them',
  unit: 'basis points',
  needs: ['api_calls'],
  read: (view) => trendReading(view, 'api_calls', API_WEEK),
});
