import { defineStory } from '../define.ts';
import { contentUse, customer } from '../customer.ts';
import { collapse } from '../usage.ts';

export default defineStory({
  id: 'no-recipient',
  title: 'A customer at risk of whom nobody knows an address',
  practice: 'C6',
  account: customer({
    id: 'pebble-software',
    name: 'Pebble Software',
    planId: 'growth',
    seats: 26,
    ownerId: 'jonas-weber',
    contacts: [],
    usage: contentUse(22, {
      logins: collapse(18, 2, 44, 26),
      apiCalls: collapse(1700, 100, 44, 26),
      features: { dashboards: collapse(30, 1, 44, 26), alerts: collapse(15, 0, 44, 26) },
    }),
    tickets: [
      {
        openedDaysAgo: 12,
        closedDaysAgo: 11,
        subject: 'Broken import',
        body: 'The import is broken and support was unhelpful. Terrible.',
        priority: 'high',
        satisfaction: 1,
      },
    ],
  }),
  expects: {
    opens: ['churn-save'],
    neverActs: ['send_template', 'offer_save_discount'],
    verdicts: { open_task: 'permit' },
  },
});
