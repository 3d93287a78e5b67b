import { defineSignal, unknown } from './define.ts';
import { fromRecords } from './entity-reading.ts';
import { planTermsOf } from './subscription-terms.ts';

export default defineSignal<string>({
  id: 'plan_name',
  title: 'Plan name',
  formula: 'The name of the plan in the tenant’s files, else as its source names it',
  unit: 'text',
  needs: ['subscription', 'plan'],
  read: (view) => {
    const plan = planTermsOf(view);
    return plan === null
      ? unknown('no subscription is in force')
      : fromRecords(plan.name, plan.held);
  },
});
