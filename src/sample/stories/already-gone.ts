import { defineStory } from '../define.ts';
import { contentUse, customer, reachable } from '../customer.ts';
import { step } from '../usage.ts';

export default defineStory({
  id: 'already-gone',
  title: 'They left six weeks ago: no check-in, no offer',
  practice: 'C6',
  account: customer({
    id: 'ivory-education',
    name: 'Ivory Education',
    industry: 'education',
    planId: 'starter',
    seats: 6,
    churnedDaysAgo: 42,
    contacts: reachable('ivory-education', 'Nell Ward', 'Ben Abel'),
    usage: contentUse(5, {
      logins: step(4, 0, 42),
      apiCalls: step(0, 0, 42),
      seatsUsed: step(5, 0, 42),
      features: { dashboards: step(7, 0, 42) },
    }),
  }),
  expects: { opens: [], never: ['churn-save', 'seat-expansion', 'renewal-runway'] },
});
