import { defineStory } from '../define.ts';
import { contentUse, customer, reachable } from '../customer.ts';
import { ramp } from '../usage.ts';

export default defineStory({
  id: 'rejected-invites',
  title: 'Fifty seats, twelve rejected invites, and a request for a few more',
  practice: 'C5',
  account: customer({
    id: 'harbor-pine',
    name: 'Harbor & Pine',
    industry: 'logistics',
    planId: 'growth',
    seats: 50,
    contacts: reachable('harbor-pine', 'Dana Reyes', 'Walter Pine'),
    usage: contentUse(50, { seatsUsed: ramp(38, 50, 60), logins: ramp(30, 41, 60) }),
    rejectedInvitesDaysAgo: [9, 9, 8, 8, 7, 6, 6, 5, 4, 3, 3, 2],
    tickets: [
      {
        openedDaysAgo: 6,
        closedDaysAgo: 5,
        subject: 'A few more seats',
        body: 'Hi, our new analysts cannot join, the invitations are refused. We need a few more seats, five would do. Thanks!',
        priority: 'normal',
        seatsRequested: 5,
      },
    ],
  }),
  expects: {
    opens: ['seat-expansion'],
    never: ['churn-save'],
    verdicts: { open_task: 'permit', send_in_app_message: 'permit', offer_seats: 'permit' },
  },
});
