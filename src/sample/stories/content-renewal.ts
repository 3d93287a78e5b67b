import { defineStory } from '../define.ts';
import { contentUse, customer, reachable } from '../customer.ts';

export default defineStory({
  id: 'content-renewal',
  title: 'A content customer renews in 60 days and is left in peace',
  practice: 'C7',
  account: customer({
    id: 'alder-foods',
    name: 'Alder Foods',
    industry: 'retail',
    planId: 'growth',
    seats: 40,
    renewsInDays: 60,
    contacts: reachable('alder-foods', 'Ingrid Vos', 'Paul Adeyemi'),
    usage: contentUse(28),
  }),
  expects: { opens: [], never: ['renewal-runway', 'churn-save', 'seat-expansion'] },
});
