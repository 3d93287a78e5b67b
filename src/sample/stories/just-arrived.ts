import { defineStory } from '../define.ts';
import { contentUse, customer, reachable } from '../customer.ts';
import { ramp } from '../usage.ts';

export default defineStory({
  id: 'just-arrived',
  title: 'Twelve days old: too young for a baseline, and its dip means nothing yet',
  practice: 'U1',
  account: customer({
    id: 'sparrow-media',
    name: 'Sparrow Media',
    industry: 'media',
    planId: 'growth',
    seats: 15,
    signedUpDaysAgo: 12,
    contacts: reachable('sparrow-media', 'Tess Byrne', 'Kofi Annor'),
    usage: contentUse(10, { logins: ramp(9, 4, 6) }),
  }),
  expects: { opens: [], never: ['churn-save', 'renewal-runway'] },
});
