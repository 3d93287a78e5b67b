import { defineStory } from '../define.ts';
import { contentUse, customer, reachable } from '../customer.ts';
import { collapse } from '../usage.ts';

export default defineStory({
  id: 'owner-away',
  title: 'The account manager is on leave: her deputy gets the task',
  practice: 'D11',
  account: customer({
    id: 'basalt-energy',
    name: 'Basalt Energy',
    industry: 'manufacturing',
    planId: 'growth',
    seats: 30,
    ownerId: 'lena-fischer',
    contacts: reachable('basalt-energy', 'Piotr Wolski', 'Jane Abbott'),
    usage: contentUse(26, {
      logins: collapse(22, 3, 44, 26),
      apiCalls: collapse(2100, 200, 44, 26),
      features: {
        dashboards: collapse(36, 2, 44, 26),
        alerts: collapse(18, 0, 44, 26),
        exports: collapse(12, 0, 44, 26),
      },
    }),
    tickets: [
      {
        openedDaysAgo: 11,
        closedDaysAgo: 9,
        subject: 'Unreliable',
        body: 'The alerts are unreliable and wrong. We are frustrated and angry.',
        priority: 'high',
        satisfaction: 1,
      },
    ],
  }),
  expects: { opens: ['churn-save'], verdicts: { open_task: 'permit' } },
});
