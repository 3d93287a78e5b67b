import { defineStory } from '../define.ts';
import { contentUse, customer, reachable } from '../customer.ts';

const AWAY = { from: 40, to: 34 };

export default defineStory({
  id: 'week-off',
  title: 'One company holiday five weeks ago is not a churn risk',
  practice: 'U1',
  account: customer({
    id: 'poppy-retail',
    name: 'Poppy Retail',
    industry: 'retail',
    planId: 'growth',
    seats: 34,
    contacts: reachable('poppy-retail', 'Anouk Visser', 'Sean Doyle'),
    usage: contentUse(26, {
      logins: (daysAgo) => (daysAgo <= AWAY.from && daysAgo >= AWAY.to ? 1 : 21),
    }),
  }),
  expects: { opens: [], never: ['churn-save', 'seat-expansion'] },
});
