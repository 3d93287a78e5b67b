import { defineStory } from '../define.ts';
import { contentUse, customer, reachable } from '../customer.ts';
import { ramp, steady, step } from '../usage.ts';

export default defineStory({
  id: 'abandoned-report',
  title: 'The report they asked for is no longer run, and logins halve in three weeks',
  practice: 'C6',
  account: customer({
    id: 'northwind',
    name: 'Northwind',
    industry: 'manufacturing',
    planId: 'enterprise',
    seats: 80,
    renewsInDays: 170,
    contacts: reachable('northwind', 'Elena Marsh', 'Victor Hale'),
    usage: contentUse(62, {
      logins: ramp(52, 24, 21),
      apiCalls: ramp(5200, 3600, 21),
      features: {
        dashboards: ramp(80, 38, 21),
        alerts: steady(30),
        exports: ramp(28, 10, 21),
        advanced_reporting: step(22, 0, 20),
      },
    }),
    interests: [{ feature: 'advanced_reporting', kind: 'requested', daysAgo: 150 }],
    tickets: [
      {
        openedDaysAgo: 16,
        closedDaysAgo: 12,
        subject: 'Report totals wrong again',
        body: 'The quarterly report shows wrong totals again. This is frustrating, we reported it twice and nobody fixed it.',
        priority: 'high',
        satisfaction: 2,
      },
    ],
  }),
  expects: { opens: ['churn-save'], never: ['seat-expansion'], verdicts: { open_task: 'permit' } },
});
