import { defineStory } from '../define.ts';
import { contentUse, customer, reachable } from '../customer.ts';
import { ramp } from '../usage.ts';

export default defineStory({
  id: 'declining-renewal',
  title: 'A declining account 85 days before its renewal gets its executive check-in',
  practice: 'C7',
  account: customer({
    id: 'cedar-clinics',
    name: 'Cedar Clinics Group',
    industry: 'healthcare',
    planId: 'enterprise',
    seats: 90,
    ownerId: 'priya-nair',
    renewsInDays: 85,
    contacts: reachable('cedar-clinics', 'Nadia Osei', 'Henrik Dahl'),
    usage: contentUse(70, { logins: ramp(60, 30, 45), apiCalls: ramp(5600, 2700, 45) }),
    tickets: [
      {
        openedDaysAgo: 20,
        closedDaysAgo: 18,
        subject: 'Alerts missing',
        body: 'We missed two critical alerts last week. This is a serious problem and we are unhappy with the answer.',
        priority: 'urgent',
        satisfaction: 1,
      },
    ],
  }),
  expects: { opens: ['renewal-runway'], verdicts: { open_task: 'permit' } },
});
