import { defineStory } from '../define.ts';
import { contentUse, customer, reachable } from '../customer.ts';
import { ramp } from '../usage.ts';

export default defineStory({
  id: 'past-due-expansion',
  title: 'Seats are short, but an invoice is three weeks past due: nothing is sold',
  practice: 'X1',
  account: customer({
    id: 'copper-freight',
    name: 'Copper Freight',
    industry: 'logistics',
    planId: 'growth',
    seats: 25,
    contacts: reachable('copper-freight', 'Marta Silva', 'Jon Greer'),
    usage: contentUse(25, { seatsUsed: ramp(20, 25, 40) }),
    rejectedInvitesDaysAgo: [10, 8, 6, 5, 2],
    openInvoicesDueDaysAgo: [21],
    tickets: [
      {
        openedDaysAgo: 9,
        closedDaysAgo: 8,
        subject: 'More seats',
        body: 'Could we add three seats? Our team is growing.',
        seatsRequested: 3,
      },
    ],
  }),
  expects: { opens: ['seat-expansion'], neverActs: ['offer_seats'] },
});
