import { defineSignal, unknown } from './define.ts';
import { limitProvenance, limitUses } from './plan-limits.ts';

export default defineSignal<boolean>({
  id: 'api_limit_exceeded',
  title: 'API limit exceeded',
  formula:
    'API calls of this calendar month, or of the last, are above the plan’s limit (requirement C5)',
  unit: 'yes or no',
  needs: ['subscription', 'plan', 'api_calls'],
  read: (view) => {
    const calls = limitUses(view).filter(({ metric }) => metric === 'api_calls');
    const [use] = calls;
    return use === undefined
      ? unknown('the API limit or the calls made are not known')
      : { value: use.used > use.limit, ...limitProvenance(calls), coverage: 10_000 };
  },
});
