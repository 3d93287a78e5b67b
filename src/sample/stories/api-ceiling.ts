import { defineStory } from '../define.ts';
import { contentUse, customer, reachable } from '../customer.ts';
import { ramp } from '../usage.ts';

export default defineStory({
  id: 'api-ceiling',
  title:
    'API calls outgrow the plan and single sign-on is asked for: sales is told, no seats are offered',
  practice: 'C5',
  account: customer({
    id: 'vector-software',
    name: 'Vector Software',
    planId: 'growth',
    seats: 40,
    ownerId: 'jonas-weber',
    contacts: reachable('vector-software', 'Arjun Rao', 'Sofia Blom'),
    usage: contentUse(20, { apiCalls: ramp(3000, 9000, 70) }),
    interests: [{ feature: 'sso', kind: 'requested', daysAgo: 12 }],
  }),
  expects: {
    opens: ['seat-expansion'],
    verdicts: { open_task: 'permit' },
    neverActs: ['offer_seats'],
  },
});
