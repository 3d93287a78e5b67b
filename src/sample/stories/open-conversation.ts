import { defineStory } from '../define.ts';
import { contentUse, customer, reachable } from '../customer.ts';
import { ramp } from '../usage.ts';

export default defineStory({
  id: 'open-conversation',
  title: 'An urgent ticket is still open: the offer waits until it is answered',
  practice: 'X1',
  account: customer({
    id: 'orchid-biotech',
    name: 'Orchid Biotech',
    industry: 'healthcare',
    planId: 'growth',
    seats: 28,
    contacts: reachable('orchid-biotech', 'Tariq Aziz', 'Lena Hofer'),
    usage: contentUse(28, { seatsUsed: ramp(22, 28, 45) }),
    rejectedInvitesDaysAgo: [15, 14, 9, 8, 2],
    tickets: [
      {
        openedDaysAgo: 15,
        closedDaysAgo: 14,
        subject: 'Seats',
        body: 'Can we get four more seats?',
        seatsRequested: 4,
      },
      {
        openedDaysAgo: 1,
        subject: 'Export stuck',
        body: 'Our export has been stuck since this morning, can you have a look?',
        priority: 'urgent',
      },
    ],
  }),
  expects: { opens: ['seat-expansion'], neverActs: ['offer_seats'] },
});
