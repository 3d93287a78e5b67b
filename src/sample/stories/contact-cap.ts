import { defineStory } from '../define.ts';
import { contentUse, customer, reachable } from '../customer.ts';
import { ramp } from '../usage.ts';

export default defineStory({
  id: 'contact-cap',
  title: 'Already written to and called this week: the offer waits',
  practice: 'E15',
  account: customer({
    id: 'maple-design',
    name: 'Maple Design',
    planId: 'growth',
    seats: 24,
    ownerId: 'priya-nair',
    contacts: reachable('maple-design', 'Freya Olsen', 'Adam Novak'),
    usage: contentUse(24, { seatsUsed: ramp(18, 24, 50) }),
    rejectedInvitesDaysAgo: [13, 10, 9, 6, 2],
    tickets: [
      {
        openedDaysAgo: 12,
        closedDaysAgo: 11,
        subject: 'Seats',
        body: 'Please add three seats.',
        seatsRequested: 3,
      },
    ],
    touches: [
      { daysAgo: 1, channel: 'email', by: 'csm', contactId: 'maple-design-budget-owner' },
      { daysAgo: 2, channel: 'call', by: 'sales', contactId: 'maple-design-budget-owner' },
      { daysAgo: 3, channel: 'email', by: 'marketing', contactId: 'maple-design-champion' },
      { daysAgo: 4, channel: 'meeting', by: 'csm', contactId: 'maple-design-champion' },
    ],
  }),
  expects: { opens: ['seat-expansion'], verdicts: { offer_seats: 'hold' } },
});
