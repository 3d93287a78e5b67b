import { defineSignal, unknown } from './define.ts';
import { fromRecords } from './entity-reading.ts';
import { planTermsOf } from './subscription-terms.ts';

export default defineSignal<string>({
  id: 'plan_tier',
  title: 'Plan tier',
  formula: 'The tier of the plan in the tenant’s files, else as its source names it',
  unit: 'tier',
  needs: ['subscription', 'plan'],
  read: (view) => {
    const plan = planTermsOf(view);
    if (plan === null) return unknown('no subscription is in force');
    return plan.tier === null
      ? unknown(`plan \`${plan.id}\` has no tier; give it one in plans.yaml`)
      : fromRecords(plan.tier, plan.held);
  },
});
