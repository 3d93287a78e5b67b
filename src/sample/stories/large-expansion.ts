import { defineStory } from '../define.ts';
import { contentUse, customer, reachable } from '../customer.ts';
import { ramp } from '../usage.ts';

export default defineStory({
  id: 'large-expansion',
  title: 'Forty seats at once: above the threshold, a person decides',
  practice: 'C5',
  account: customer({
    id: 'atlas-freight',
    name: 'Atlas Freight International',
    industry: 'logistics',
    planId: 'enterprise',
    seats: 120,
    ownerId: 'tom-becker',
    contacts: reachable('atlas-freight', 'Clara Jung', 'Miguel Santos'),
    usage: contentUse(120, { seatsUsed: ramp(90, 120, 60), logins: ramp(80, 104, 60) }),
    rejectedInvitesDaysAgo: Array.from({ length: 40 }, (_, index) => 1 + (index % 14)),
    tickets: [
      {
        openedDaysAgo: 7,
        closedDaysAgo: 6,
        subject: 'New site opens',
        body: 'Our Rotterdam site starts next month, we will need about forty more seats. Great product, the team loves it.',
        seatsRequested: 40,
        satisfaction: 5,
      },
    ],
  }),
  expects: { opens: ['seat-expansion'], verdicts: { offer_seats: 'escalate' } },
});
