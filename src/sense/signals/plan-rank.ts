import { defineSignal, unknown } from './define.ts';
import { fromRecords } from './entity-reading.ts';
import { planTermsOf } from './subscription-terms.ts';

export default defineSignal<number>({
  id: 'plan_rank',
  title: 'Plan rank',
  formula: 'The rank of the plan in the tenant’s files, else as its source names it',
  unit: 'rank',
  needs: ['subscription', 'plan'],
  read: (view) => {
    const plan = planTermsOf(view);
    if (plan === null) return unknown('no subscription is in force');
    return plan.rank === null
      ? unknown(`plan \`${plan.id}\` has no rank; give it one in plans.yaml`)
      : fromRecords(plan.rank, plan.held);
  },
});
