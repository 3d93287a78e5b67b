import { defineStory } from '../define.ts';
import { contentUse, customer, reachable } from '../customer.ts';
import { steady } from '../usage.ts';

export default defineStory({
  id: 'browser-says-full',
  title: 'Only a browser key reports full seats: it may move a score, never a price',
  practice: 'S2',
  account: customer({
    id: 'marble-studio',
    name: 'Marble Studio',
    industry: 'media',
    planId: 'growth',
    seats: 25,
    contacts: reachable('marble-studio', 'Lucia Ferri', 'Owen Clarke'),
    usage: [
      ...contentUse(11).filter((series) => series.metric !== 'seats_used'),
      { metric: 'seats_used', on: steady(25), everyDays: 7, exact: true, trust: 'client' },
    ],
  }),
  expects: { opens: [], neverActs: ['offer_seats'] },
});
