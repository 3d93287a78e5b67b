import { definePlaybook } from './define.ts';
import { requestedPlaybook } from './requested.ts';

export default definePlaybook(
  requestedPlaybook({
    id: 'requested-offer',
    title: 'Seats that a colleague asks to offer',
    agent: 'sales',
    class: 'sell',
    story:
      'A colleague hears on a call that a customer wants some seats and writes an offer by hand, to an account that is past ' +
      'due, in the middle of an incident. Nobody checked, nobody else saw it, and nothing of it is on record.',
    tools: ['offer_seats'],
    reliesOn: { plan: 'exact', seats: 'exact', seat_price: 'exact' },
    openDays: 30,
    outcome: 'seats bought',
  }),
);
