import { defineSignal, unknown } from './define.ts';
import { isNearCeiling, limitProvenance, limitUses } from './plan-limits.ts';

export default defineSignal<boolean>({
  id: 'expansion_ready',
  title: 'Expansion-ready',
  formula:
    'A limit of the plan is used by 90 % or more, or is reached at the present pace: a level by 70 % or more within 30 days, a monthly one before its month ends (requirement U5). Rests on what is received alone: less data never turns it on',
  unit: 'yes or no',
  needs: ['subscription', 'plan', 'seats_used', 'api_calls', 'storage_gb'],
  read: (view) => {
    const uses = limitUses(view);
    if (uses.length === 0) return unknown('no limit is known whose use is received');
    return { value: uses.some(isNearCeiling), ...limitProvenance(uses), coverage: 10_000 };
  },
});
