import { defineStory } from '../define.ts';
import { contentUse, customer, reachable } from '../customer.ts';
import { collapse, steady } from '../usage.ts';

export default defineStory({
  id: 'imminent-churn',
  title: 'Use collapses, tickets turn bitter: a discount to save it needs a person',
  practice: 'U2',
  account: customer({
    id: 'granite-energy',
    name: 'Granite Energy',
    industry: 'manufacturing',
    planId: 'enterprise',
    seats: 85,
    ownerId: 'tom-becker',
    renewsInDays: 200,
    contacts: reachable('granite-energy', 'Samir Patel', 'Olga Brandt'),
    usage: contentUse(60, {
      logins: collapse(50, 3, 44, 26),
      apiCalls: collapse(4800, 200, 44, 26),
      seatsUsed: steady(60),
      features: {
        dashboards: collapse(84, 2, 44, 26),
        alerts: collapse(40, 0, 44, 26),
        exports: collapse(30, 0, 44, 26),
        integrations: collapse(20, 0, 44, 26),
      },
    }),
    tickets: [
      {
        openedDaysAgo: 14,
        closedDaysAgo: 10,
        subject: 'Terrible support',
        body: 'This is terrible. The product keeps failing, support is useless and slow, and we are looking at alternatives. Awful experience.',
        priority: 'urgent',
        satisfaction: 1,
      },
      {
        openedDaysAgo: 8,
        closedDaysAgo: 6,
        subject: 'How do we export everything?',
        body: 'We are very unhappy with the repeated errors and broken alerts. How do we export all our data?',
        priority: 'high',
        satisfaction: 1,
      },
    ],
  }),
  expects: {
    opens: ['churn-save'],
    never: ['seat-expansion'],
    verdicts: { open_task: 'permit', offer_save_discount: 'escalate' },
  },
});
