import { defineStory } from '../define.ts';
import { contentUse, customer } from '../customer.ts';
import { ramp } from '../usage.ts';

export default defineStory({
  id: 'no-consent',
  title: 'Seats are short, and nobody there agreed to be written to about contracts',
  practice: 'E3',
  account: customer({
    id: 'slate-systems',
    name: 'Slate Systems',
    planId: 'growth',
    seats: 21,
    contacts: [
      { id: 'slate-systems-champion', name: 'Ivo Marek', role: 'champion', consentContract: false },
      {
        id: 'slate-systems-budget-owner',
        name: 'Ruth Cohen',
        role: 'budget_owner',
        consentContract: false,
      },
    ],
    usage: contentUse(21, { seatsUsed: ramp(16, 21, 50) }),
    rejectedInvitesDaysAgo: [11, 9, 8, 3],
    tickets: [
      {
        openedDaysAgo: 10,
        closedDaysAgo: 9,
        subject: 'Seats',
        body: 'Two more seats, please.',
        seatsRequested: 2,
      },
    ],
  }),
  expects: { opens: ['seat-expansion'], neverActs: ['offer_seats'] },
});
