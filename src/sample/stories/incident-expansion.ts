import { defineStory } from '../define.ts';
import { contentUse, customer, reachable } from '../customer.ts';
import { ramp } from '../usage.ts';

export default defineStory({
  id: 'incident-expansion',
  title: 'Seats are short, but the customer is down: nothing is sold in a SEV1',
  practice: 'X1',
  account: customer({
    id: 'tern-labs',
    name: 'Tern Labs',
    planId: 'growth',
    seats: 30,
    ownerId: 'priya-nair',
    contacts: reachable('tern-labs', 'Yuki Sato', 'Beth Moran'),
    usage: contentUse(30, { seatsUsed: ramp(24, 30, 40) }),
    rejectedInvitesDaysAgo: [12, 11, 9, 4, 3, 2],
    tickets: [
      {
        openedDaysAgo: 11,
        closedDaysAgo: 10,
        subject: 'Seats',
        body: 'We would like four more seats please.',
        seatsRequested: 4,
      },
    ],
    incidents: [{ severity: 'SEV1', title: 'Ingestion down for one cluster', startedDaysAgo: 0 }],
  }),
  expects: { opens: ['seat-expansion'], neverActs: ['offer_seats'] },
});
