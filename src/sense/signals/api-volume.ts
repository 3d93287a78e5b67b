import { defineSignal } from './define.ts';
import { recentSum } from './usage-window.ts';

export default defineSignal<number>({
  id: 'api_volume',
  title: 'API calls',
  formula: 'API calls of the last 28 days',
  unit: 'calls',
  needs: ['api_calls'],
  read: (view) => recentSum(view, 'api_calls'),
});
