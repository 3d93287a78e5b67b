import { z } from 'zod';
import { planOf } from '../act/commercial.ts';
import { defineReadTool } from './define.ts';

const args = z.strictObject({});

export default defineReadTool({
  id: 'plan_headroom',
  title: 'Room within the plan',
  description:
    'The plan by the word of billing, the list price of a seat for one month, its limits, and how much of each is used. ' +
    'null: not known.',
  args,
  read: (_, { facts, config }) => {
    const plan = planOf({ facts, config });
    return {
      plan: plan === null ? null : { id: plan.id, name: plan.name, tier: plan.tier },
      seatPrice: plan?.seatPrice ? { ...plan.seatPrice } : null,
      limits: plan === null ? null : { ...plan.limits },
      used: facts['limit_proximity']?.trustedValue ?? null,
    };
  },
});
