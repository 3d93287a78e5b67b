import { defineStory } from '../define.ts';
import { contentUse, customer, reachable } from '../customer.ts';
import { ramp } from '../usage.ts';

export default defineStory({
  id: 'silent-renewal',
  title: 'An annual renewal in two weeks, and nobody has called for three months',
  practice: 'C7',
  account: customer({
    id: 'bluefin-media',
    name: 'Bluefin Media',
    industry: 'media',
    planId: 'growth',
    seats: 30,
    ownerId: 'jonas-weber',
    renewsInDays: 14,
    contacts: reachable('bluefin-media', 'Rosa Lind', 'Carl Bruun'),
    usage: contentUse(24, { logins: ramp(20, 9, 50), apiCalls: ramp(1900, 900, 50) }),
    touches: [{ daysAgo: 95, channel: 'call', by: 'csm' }],
    tickets: [
      {
        openedDaysAgo: 40,
        closedDaysAgo: 33,
        subject: 'Slow dashboards',
        body: 'Dashboards are slow every morning and nobody answers. We are disappointed, this is bad.',
        priority: 'high',
        satisfaction: 2,
      },
    ],
  }),
  expects: {
    opens: ['renewal-runway'],
    never: ['seat-expansion'],
    verdicts: { open_task: 'permit' },
  },
});
