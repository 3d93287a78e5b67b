import { defineStory } from '../define.ts';
import { contentUse, customer, reachable } from '../customer.ts';
import { collapse, steady } from '../usage.ts';

export default defineStory({
  id: 'save-before-sell',
  title: 'Out of seats and about to leave: it is saved, not sold to',
  practice: 'X1',
  account: customer({
    id: 'falcon-retail',
    name: 'Falcon Retail',
    industry: 'retail',
    planId: 'growth',
    seats: 35,
    ownerId: 'tom-becker',
    contacts: reachable('falcon-retail', 'Gina Rossi', 'Marc Duval'),
    usage: contentUse(35, {
      logins: collapse(30, 6, 44, 26),
      apiCalls: collapse(2800, 500, 44, 26),
      seatsUsed: steady(35),
      features: {
        dashboards: collapse(50, 5, 44, 26),
        alerts: collapse(25, 1, 44, 26),
        exports: collapse(15, 0, 44, 26),
      },
    }),
    rejectedInvitesDaysAgo: [26, 25, 24, 22, 20],
    tickets: [
      {
        openedDaysAgo: 24,
        closedDaysAgo: 23,
        subject: 'More seats',
        body: 'We need two more seats.',
        seatsRequested: 2,
      },
      {
        openedDaysAgo: 9,
        closedDaysAgo: 7,
        subject: 'Disappointed',
        body: 'We are disappointed. The errors are horrible and the last update broke everything. Bad experience.',
        priority: 'high',
        satisfaction: 1,
      },
    ],
  }),
  expects: { opens: ['churn-save'], neverActs: ['offer_seats'] },
});
