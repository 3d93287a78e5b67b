import { defineStory } from '../define.ts';
import { contentUse, customer, reachable } from '../customer.ts';

export default defineStory({
  id: 'recovered',
  title: 'It dipped three months ago and has come back: nothing to save',
  practice: 'U1',
  account: customer({
    id: 'heron-analytics',
    name: 'Heron Analytics',
    planId: 'growth',
    seats: 32,
    ownerId: 'jonas-weber',
    contacts: reachable('heron-analytics', 'Mei Lin', 'Rafael Pinto'),
    usage: contentUse(24, { logins: (daysAgo) => (daysAgo > 120 ? 19 : daysAgo > 85 ? 8 : 20) }),
  }),
  expects: { opens: [], never: ['churn-save'] },
});
