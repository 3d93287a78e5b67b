import { defineStory } from '../define.ts';
import { contentUse, customer, reachable } from '../customer.ts';
import { ramp } from '../usage.ts';

export default defineStory({
  id: 'deletion-expansion',
  title: 'A deletion request is open: the customer is not sold to',
  practice: 'X1',
  account: customer({
    id: 'willow-education',
    name: 'Willow Education',
    industry: 'education',
    planId: 'growth',
    seats: 22,
    contacts: reachable('willow-education', 'Aisha Khan', 'Leo Martin'),
    usage: contentUse(22, { seatsUsed: ramp(17, 22, 40) }),
    rejectedInvitesDaysAgo: [14, 12, 7, 6, 3],
    tickets: [
      {
        openedDaysAgo: 13,
        closedDaysAgo: 12,
        subject: 'Seats',
        body: 'Three more seats, please.',
        seatsRequested: 3,
      },
    ],
    deletionRequestedDaysAgo: 3,
  }),
  expects: { opens: ['seat-expansion'], neverActs: ['offer_seats', 'send_template'] },
});
