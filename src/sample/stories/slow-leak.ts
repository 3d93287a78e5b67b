import { defineStory } from '../define.ts';
import { contentUse, customer, reachable } from '../customer.ts';
import { ramp } from '../usage.ts';

export default defineStory({
  id: 'slow-leak',
  title: 'Nothing happens on any one day, and in two months half of the use is gone',
  practice: 'C6',
  account: customer({
    id: 'thistle-clinics',
    name: 'Thistle Clinics',
    industry: 'healthcare',
    planId: 'enterprise',
    seats: 88,
    ownerId: 'priya-nair',
    contacts: reachable('thistle-clinics', 'Hanna Berg', 'Dev Kapoor'),
    usage: contentUse(64, {
      logins: ramp(54, 25, 60),
      apiCalls: ramp(5200, 2500, 60),
      features: {
        dashboards: ramp(84, 40, 60),
        alerts: ramp(42, 18, 60),
        exports: ramp(30, 10, 60),
      },
    }),
  }),
  expects: { opens: ['churn-save'] },
});
