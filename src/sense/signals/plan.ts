import { defineSignal, unknown } from './define.ts';
import { fromRecords } from './entity-reading.ts';
import { planTermsOf } from './subscription-terms.ts';

export default defineSignal<string>({
  id: 'plan',
  title: 'Plan',
  formula: 'The plan of the subscription that counts; of several, the one with the highest rank',
  unit: 'plan id',
  needs: ['subscription'],
  read: (view) => {
    const plan = planTermsOf(view);
    return plan === null ? unknown('no subscription is in force') : fromRecords(plan.id, plan.held);
  },
});
