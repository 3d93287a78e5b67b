import type { Json } from '../../../src/domain/json.ts';
import type { Day } from '../../../src/domain/time.ts';
import { addDays } from '../../../src/domain/time.ts';
import {
  daily,
  daysAgo,
  NOW,
  testConfig,
  TODAY,
  type AccountInput,
} from '../../support/account-view.ts';

/** What a signal says before something happened at the account, and after. */
export interface SignalStory {
  readonly what: string;
  readonly before: AccountInput;
  readonly after: AccountInput;
  readonly says: readonly [before: Json, after: Json];
}

const day = (days: number): Day => addDays(TODAY, -days);

const account = (fields: object = {}) => ({ data: { accountId: 'a', name: 'Harbor', ...fields } });
const subscription = (fields: object = {}) => ({
  data: {
    subscriptionId: 's1',
    planId: 'growth',
    seats: 50,
    status: 'active',
    startedOn: '2025-01-01',
    mrr: { minor: 200_000, currency: 'USD' },
    ...fields,
  },
});
const ticket = (id: string, days: number, fields: object = {}) => ({
  data: { ticketId: id, status: 'closed', openedAt: daysAgo(days), ...fields },
});
const contact = (id: string, role: string, fields: object = {}) => ({
  data: { contactId: id, name: 'Dana', email: `${id}@a.example`, role, ...fields },
});
const invoice = (fields: object) => ({
  data: {
    invoiceId: 'i1',
    status: 'open',
    amountDue: { minor: 9_900, currency: 'USD' },
    issuedOn: day(40),
    dueOn: day(10),
    ...fields,
  },
});
const touch = (id: string, days: number, direction = 'out') => ({
  data: { touchId: id, at: daysAgo(days), channel: 'call', direction },
});

const withPlans = {
  plans: [
    {
      id: 'growth',
      name: 'Growth',
      rank: 2,
      tier: 'growth',
      seatPrice: { minor: 3_900, currency: 'USD' },
      limits: { seats_used: 200, api_calls: 100_000, storage_gb: 500 },
      features: [],
    },
    {
      id: 'enterprise',
      name: 'Enterprise',
      rank: 3,
      tier: 'enterprise',
      seatPrice: { minor: 5_900, currency: 'USD' },
      limits: {},
      features: ['sso'],
    },
  ],
  features: [
    { id: 'sso', name: 'Single sign-on', fromRank: 3 },
    { id: 'report', name: 'Report', fromRank: 1 },
  ],
};
const onGrowth: AccountInput = { config: withPlans, records: { subscription: [subscription()] } };
const onEnterprise: AccountInput = {
  config: withPlans,
  records: { subscription: [subscription({ planId: 'enterprise' })] },
};

const logins = (series: readonly number[]): AccountInput => ({
  metrics: { logins: { server: series } },
});
const apiCalls = (series: readonly number[]): AccountInput => ({
  metrics: { api_calls: { server: series } },
});
const features = (use: Record<string, readonly number[]>): AccountInput => ({
  metrics: Object.fromEntries(
    Object.entries(use).map(([id, server]) => [`feature:${id}`, { server }]),
  ),
});
const seatsAt = (level: number): AccountInput => ({
  ...onGrowth,
  metrics: { seats_used: { kind: 'level', server: daily(60, level) } },
});
/** Calls a day all month: today is the 31st. */
const callsADay = (amount: number): AccountInput => ({
  ...onGrowth,
  metrics: { api_calls: { server: daily(90, amount) } },
});
const records = (kind: string, ...held: readonly object[]): AccountInput => ({
  records: { [kind]: held as never },
});
const heardOnly = (kind: string): AccountInput => ({ heard: { [kind]: NOW } });

const steady = features({ report: daily(120, 5), board: daily(120, 2) });
const reportDropped = features({ report: daily(120, 5, [30, 0]), board: daily(120, 2) });

const shop = {
  ...withPlans,
  metrics: [
    ...testConfig().metrics,
    ...['report', 'board', 'sso'].map((id) => ({
      id: `feature:${id}`,
      kind: 'count' as const,
      events: [],
      feature: id,
    })),
  ],
  features: [
    { id: 'report', name: 'Report', fromRank: 1 },
    { id: 'board', name: 'Board', fromRank: 1 },
    { id: 'sso', name: 'Single sign-on', fromRank: 3 },
  ],
  modules: [{ id: 'insight', name: 'Insight', features: ['report', 'board'] }],
  workflows: [{ id: 'monthly', name: 'Monthly report', features: ['report', 'board'] }],
  trial: {
    days: 14,
    steps: [
      { id: 'back', name: 'Came back', metric: 'logins', atLeast: 3 },
      { id: 'colleague', name: 'Invited', metric: 'seats_used', atLeast: 2 },
    ],
  },
};
const inShop = (input: AccountInput): AccountInput => ({ config: shop, ...input });
const trial = (seats: number): AccountInput => ({
  config: shop,
  metrics: {
    logins: { server: daily(7, 1) },
    seats_used: { kind: 'level', server: daily(7, seats) },
  },
  records: { subscription: [subscription({ status: 'trialing', startedOn: day(6) })] },
});
const allUse = (seats: number, calls: number): AccountInput => ({
  ...onGrowth,
  metrics: {
    seats_used: { kind: 'level', server: daily(60, seats) },
    api_calls: { server: daily(90, calls) },
    storage_gb: { kind: 'level', server: daily(60, 100) },
  },
});

const callsOfTwoWeeks = (recent: number) => ({
  recent,
  before: 1_000,
  until: NOW,
  comparable: 40,
  dropped: 1,
});

export const STORIES: Readonly<Record<string, SignalStory>> = {
  account_name: {
    what: 'they rename themselves',
    before: records('account', account()),
    after: records('account', account({ name: 'Harbor & Pine' })),
    says: ['Harbor', 'Harbor & Pine'],
  },
  root_account: {
    what: 'a record of the account arrives',
    before: {},
    after: records('account', account()),
    says: [null, 'acc-test'],
  },
  owner: {
    what: 'the account gets an owner',
    before: records('account', account()),
    after: records('account', account({ ownerId: 'maya' })),
    says: [null, 'maya'],
  },
  plan: {
    what: 'they upgrade',
    before: onGrowth,
    after: onEnterprise,
    says: ['growth', 'enterprise'],
  },
  plan_name: {
    what: 'they upgrade',
    before: onGrowth,
    after: onEnterprise,
    says: ['Growth', 'Enterprise'],
  },
  plan_tier: {
    what: 'they upgrade',
    before: onGrowth,
    after: onEnterprise,
    says: ['growth', 'enterprise'],
  },
  plan_rank: { what: 'they upgrade', before: onGrowth, after: onEnterprise, says: [2, 3] },
  seat_price: {
    what: 'they upgrade',
    before: onGrowth,
    after: onEnterprise,
    says: [
      { minor: 3_900, currency: 'USD' },
      { minor: 5_900, currency: 'USD' },
    ],
  },
  seats: {
    what: 'they buy five seats',
    before: onGrowth,
    after: records('subscription', subscription({ seats: 55 })),
    says: [50, 55],
  },
  mrr: {
    what: 'half of it is billed in euros, at 1.10',
    before: onGrowth,
    after: {
      config: {
        subscriptions: { overlap: 'concurrent' },
        rates: [
          { from: 'EUR', day: '2026-01-01', rate: '1.10' },
          { from: 'EUR', day: '2027-01-01', rate: '2.00' },
        ],
      },
      records: {
        subscription: [
          subscription(),
          subscription({ subscriptionId: 's2', mrr: { minor: 100_000, currency: 'EUR' } }),
        ],
      },
    },
    says: [
      { minor: 200_000, currency: 'USD' },
      { minor: 310_000, currency: 'USD' },
    ],
  },
  arr: {
    what: 'they pay for a trial no more',
    before: records('subscription', subscription({ status: 'trialing' })),
    after: onGrowth,
    says: [
      { minor: 0, currency: 'USD' },
      { minor: 2_400_000, currency: 'USD' },
    ],
  },
  subscription_status: {
    what: 'a payment fails for good',
    before: onGrowth,
    after: records('subscription', subscription({ status: 'past_due' })),
    says: ['active', 'past_due'],
  },
  account_age: {
    what: 'an older subscription is found',
    before: { firstSeen: day(40) },
    after: {
      firstSeen: day(40),
      ...records('subscription', subscription({ startedOn: day(400) })),
    },
    says: [40, 400],
  },
  churned: {
    what: 'the subscription ends today',
    before: onGrowth,
    after: records('subscription', subscription({ endedOn: TODAY })),
    says: [false, true],
  },
  overlapping_subscriptions: {
    what: 'a second subscription starts and the first goes on',
    before: onGrowth,
    after: records(
      'subscription',
      subscription(),
      subscription({ subscriptionId: 's2', startedOn: '2025-06-01' }),
    ),
    says: [
      { inForce: 1, rule: 'latest', counted: ['s1'], set_aside: [] },
      { inForce: 2, rule: 'latest', counted: ['s2'], set_aside: ['s1'] },
    ],
  },
  login_trend: {
    what: 'logins halve for four weeks',
    before: logins(daily(120, 10)),
    after: logins(daily(120, 10, [28, 5])),
    says: [0, -5_000],
  },
  login_trend_fortnight: {
    what: 'logins stop for a week',
    before: logins(daily(120, 10)),
    after: logins(daily(120, 10, [7, 0])),
    says: [0, -5_000],
  },
  login_trend_week: {
    what: 'logins fall by a fifth within a week',
    before: logins(daily(120, 10)),
    after: logins(daily(120, 10, [7, 8])),
    says: [0, -2_000],
  },
  logins: {
    what: 'logins double',
    before: logins(daily(120, 10)),
    after: logins(daily(120, 10, [28, 20])),
    says: [280, 560],
  },
  active_days: {
    what: 'they rest for ten days',
    before: logins(daily(120, 10)),
    after: logins(daily(120, 10, [10, 0])),
    says: [28, 18],
  },
  feature_breadth: {
    what: 'the report is no longer run',
    before: steady,
    after: reportDropped,
    says: [2, 1],
  },
  feature_depth: {
    what: 'the report is no longer run',
    before: steady,
    after: reportDropped,
    says: [196, 56],
  },
  feature_breadth_trend: {
    what: 'one of two features is no longer used',
    before: steady,
    after: features({ report: daily(120, 5, [28, 0]), board: daily(120, 2) }),
    says: [
      { change: 0, atLeast: 0, atMost: 0 },
      { change: -5_000, atLeast: 5_000, atMost: 5_000 },
    ],
  },
  feature_depth_trend: {
    what: 'both features are used half as much, whatever their units',
    before: steady,
    after: features({ report: daily(120, 500, [28, 250]), board: daily(120, 2, [28, 1]) }),
    says: [
      { change: 0, atLeast: 0, atMost: 0 },
      { change: -5_000, atLeast: 5_000, atMost: 5_000 },
    ],
  },
  abandoned_feature: {
    what: 'the report that they asked for is no longer run',
    before: {
      ...features({ report: daily(120, 5), board: daily(120, 2) }),
      ...records('feature_interest', {
        data: { interestId: 'f1', feature: 'report', kind: 'requested', on: day(100) },
      }),
    },
    after: {
      config: withPlans,
      ...features({ report: daily(120, 5, [15, 0]), board: daily(120, 2) }),
      ...records('feature_interest', {
        data: { interestId: 'f1', feature: 'report', kind: 'requested', on: day(100) },
      }),
    },
    says: [
      [],
      [
        {
          feature: 'report',
          name: 'Report',
          kind: 'requested',
          lastUsedOn: day(15),
          quietDays: 15,
        },
      ],
    ],
  },
  api_volume: {
    what: 'an integration is switched off',
    before: apiCalls(daily(120, 100)),
    after: apiCalls(daily(120, 100, [14, 0])),
    says: [2_800, 1_400],
  },
  api_volume_trend: {
    what: 'an integration is switched off',
    before: apiCalls(daily(120, 100)),
    after: apiCalls(daily(120, 100, [14, 0])),
    says: [0, -5_000],
  },
  api_volume_week: {
    what: 'calls fall by three fifths within a week',
    before: apiCalls(daily(120, 100)),
    after: apiCalls(daily(120, 100, [7, 40])),
    says: [0, -6_000],
  },
  api_drop_week: {
    what: 'calls fall by half, then by more than half',
    before: apiCalls(daily(120, 100, [7, 50])),
    after: apiCalls(daily(120, 100, [7, 49])),
    says: [false, true],
  },
  ticket_sentiment: {
    what: 'an angry ticket comes after a thankful one',
    before: records('ticket', ticket('t1', 60, { body: 'Great release, thanks a lot!' })),
    after: records(
      'ticket',
      ticket('t1', 60, { body: 'Great release, thanks a lot!' }),
      ticket('t2', 3, { body: 'This is terrible. We are very unhappy.' }),
    ),
    says: [
      {
        recent: null,
        before: 50,
        tickets: 0,
        ticketsBefore: 1,
        negative: 0,
        positive: 0,
        negativeBefore: 0,
        positiveBefore: 1,
      },
      {
        recent: -55,
        before: 50,
        tickets: 1,
        ticketsBefore: 1,
        negative: 1,
        positive: 0,
        negativeBefore: 0,
        positiveBefore: 1,
      },
    ],
  },
  ticket_satisfaction: {
    what: 'a ticket without text is rated 2 after one rated 5',
    before: records('ticket', ticket('t1', 60, { satisfaction: 5 })),
    after: records(
      'ticket',
      ticket('t1', 60, { satisfaction: 5 }),
      ticket('t2', 3, { satisfaction: 2 }),
    ),
    says: [
      { recent: null, before: 500, rated: 0, ratedBefore: 1 },
      { recent: 200, before: 500, rated: 1, ratedBefore: 1 },
    ],
  },
  ticket_escalations: {
    what: 'a ticket is escalated',
    before: records('ticket', ticket('t1', 3)),
    after: records('ticket', ticket('t1', 3, { escalated: true })),
    says: [0, 1],
  },
  ticket_history: {
    what: 'a badly rated ticket within 90 days',
    before: records('ticket', ticket('t1', 100, { satisfaction: 1 })),
    after: records('ticket', ticket('t1', 89, { satisfaction: 1 }), ticket('t2', 5)),
    says: [
      { tickets: 0, unhappy: 0 },
      { tickets: 2, unhappy: 1 },
    ],
  },
  open_tickets: {
    what: 'they write in',
    before: records('ticket', ticket('t1', 3)),
    after: records('ticket', ticket('t1', 3), ticket('t2', 1, { status: 'pending' })),
    says: [0, 1],
  },
  open_conversation: {
    what: 'they write in',
    before: records('ticket', ticket('t1', 3)),
    after: records('ticket', ticket('t1', 3), ticket('t2', 1, { status: 'open' })),
    says: [false, true],
  },
  seats_requested: {
    what: 'one ticket asks for a few more seats in words, another for five',
    before: records('ticket', ticket('t1', 3, { body: 'Where is the seat map?' })),
    after: records(
      'ticket',
      ticket('t1', 3, { body: 'Hi, we need a few more seats.' }),
      ticket('t2', 2, { seatsRequested: 5 }),
    ),
    says: [
      { tickets: 0, seats: null },
      { tickets: 2, seats: 5 },
    ],
  },
  payment_status: {
    what: 'the invoice falls due and is not paid',
    before: records('invoice', invoice({ dueOn: TODAY })),
    after: records('invoice', invoice({ dueOn: day(1) })),
    says: ['current', 'past_due'],
  },
  past_due: {
    what: 'two invoices are not paid',
    before: records('invoice', invoice({ status: 'paid' })),
    after: records(
      'invoice',
      invoice({ invoiceId: 'i2', dueOn: day(12) }),
      invoice({ dueOn: day(3) }),
    ),
    says: [
      { amount: { minor: 0, currency: 'USD' }, days: 0, invoices: [] },
      { amount: { minor: 19_800, currency: 'USD' }, days: 12, invoices: ['i1', 'i2'] },
    ],
  },
  seats_used: { what: 'seats fill up', before: seatsAt(30), after: seatsAt(50), says: [30, 50] },
  seat_proximity: {
    what: 'seats fill up',
    before: seatsAt(30),
    after: seatsAt(50),
    says: [6_000, 10_000],
  },
  limit_proximity: {
    what: 'a month of more API calls',
    before: callsADay(1_000),
    after: callsADay(3_000),
    says: [
      { api_calls: { used: 31_000, limit: 100_000, share: 3_100, month: '2026-03' } },
      { api_calls: { used: 93_000, limit: 100_000, share: 9_300, month: '2026-03' } },
    ],
  },
  api_limit_exceeded: {
    what: 'a month of more API calls',
    before: callsADay(3_000),
    after: callsADay(4_000),
    says: [false, true],
  },
  usage_velocity: {
    what: 'seats rise by one every other day',
    before: seatsAt(30),
    after: {
      ...onGrowth,
      metrics: {
        seats_used: { kind: 'level', server: Array.from({ length: 56 }, (_, i) => 12 + i / 2) },
      },
    },
    says: [
      { seats_used: { perDay: 0, growth: 0, daysToCeiling: null } },
      { seats_used: { perDay: 500, growth: 7_466, daysToCeiling: 21 } },
    ],
  },
  expansion_ready: {
    what: 'seats fill up to nine tenths',
    before: seatsAt(44),
    after: seatsAt(45),
    says: [false, true],
  },
  rejected_invites: {
    what: 'twelve invites fail for want of a seat, one for a typo',
    before: heardOnly('invite'),
    after: records(
      'invite',
      ...Array.from({ length: 12 }, (_, index) => ({
        data: { inviteId: `v${index}`, outcome: 'rejected', reason: 'seat_limit', at: daysAgo(9) },
      })),
      { data: { inviteId: 'x', outcome: 'rejected', reason: 'bad address', at: daysAgo(9) } },
      { data: { inviteId: 'y', outcome: 'rejected', reason: 'seat_limit', at: daysAgo(30) } },
    ),
    says: [0, 12],
  },
  higher_tier_feature_requested: {
    what: 'they ask for single sign-on',
    before: { ...onGrowth, ...heardOnly('feature_interest') },
    after: {
      config: withPlans,
      records: {
        subscription: [subscription()],
        feature_interest: [
          { data: { interestId: 'f1', feature: 'sso', kind: 'requested', on: day(12) } },
          { data: { interestId: 'f2', feature: 'report', kind: 'requested', on: day(12) } },
        ],
      },
    },
    says: [[], [{ feature: 'sso', name: 'Single sign-on', fromRank: 3, on: day(12) }]],
  },
  renewals: {
    what: 'a contract is signed',
    before: records('contract', {
      data: { contractId: 'c0', startedOn: day(400), renewsOn: day(-10), status: 'ended' },
    }),
    after: records('contract', {
      data: {
        contractId: 'c1',
        startedOn: day(280),
        renewsOn: day(-85),
        annualValue: { minor: 4_800_000, currency: 'USD' },
      },
    }),
    says: [
      [],
      [
        {
          contractId: 'c1',
          renewsOn: day(-85),
          days: 85,
          autoRenews: null,
          noticeDays: null,
          annualValue: { minor: 4_800_000, currency: 'USD' },
        },
      ],
    ],
  },
  renewal: {
    what: 'a contract is signed',
    before: {},
    after: records('contract', {
      data: { contractId: 'c1', startedOn: day(280), renewsOn: day(-85), autoRenews: true },
    }),
    says: [
      null,
      {
        contractId: 'c1',
        renewsOn: day(-85),
        days: 85,
        autoRenews: true,
        noticeDays: null,
        annualValue: null,
      },
    ],
  },
  days_to_renewal: {
    what: 'the renewal comes nearer',
    before: records('contract', {
      data: { contractId: 'c1', startedOn: day(280), renewsOn: day(-85) },
    }),
    after: records('contract', {
      data: { contractId: 'c1', startedOn: day(365), renewsOn: TODAY },
    }),
    says: [85, 0],
  },
  contacts: {
    what: 'the champion leaves',
    before: records('contact', contact('dana', 'champion'), contact('walt', 'budget_owner')),
    after: records(
      'contact',
      contact('dana', 'champion', { left: true }),
      contact('walt', 'budget_owner'),
    ),
    says: [{ budget_owner: ['walt'], champion: ['dana'] }, { budget_owner: ['walt'] }],
  },
  contact_count: {
    what: 'a first contact becomes known',
    before: {},
    after: records('contact', contact('dana', 'champion')),
    says: [0, 1],
  },
  champion_contact: {
    what: 'the champion leaves and an admin is there',
    before: records('contact', contact('dana', 'champion'), contact('ada', 'admin')),
    after: records('contact', contact('dana', 'champion', { left: true }), contact('ada', 'admin')),
    says: ['dana', 'ada'],
  },
  budget_owner: {
    what: 'a budget owner becomes known',
    before: records('contact', contact('dana', 'champion')),
    after: records('contact', contact('walt', 'budget_owner')),
    says: [null, 'walt'],
  },
  contact_left: {
    what: 'the champion left a fortnight ago',
    before: records('contact', contact('dana', 'champion')),
    after: records(
      'contact',
      { ...contact('dana', 'champion'), to: daysAgo(14) },
      { ...contact('dana', 'champion', { left: true }), from: daysAgo(14), to: daysAgo(3) },
      { ...contact('dana', 'champion', { left: true, name: 'D.' }), from: daysAgo(3) },
    ),
    says: [[], [{ contactId: 'dana', role: 'champion', on: day(14) }]],
  },
  last_touch: {
    what: 'somebody calls',
    before: records('touch', touch('o1', 40)),
    after: records('touch', touch('o1', 40), touch('o2', 2, 'in')),
    says: [
      { on: day(40), days: 40, channel: 'call', direction: 'out' },
      { on: day(2), days: 2, channel: 'call', direction: 'in' },
    ],
  },
  reply_waiting: {
    what: 'they write back, and nobody has answered yet',
    before: records('touch', touch('o1', 8)),
    after: records('touch', touch('o1', 8), {
      data: { touchId: 'i1', at: daysAgo(1), channel: 'email', direction: 'in' },
    }),
    says: [false, true],
  },
  touches_7d: {
    what: 'we call twice, they call once',
    before: records('touch', touch('o1', 8)),
    after: records('touch', touch('o1', 8), touch('o2', 2), touch('o3', 1), touch('o4', 1, 'in')),
    says: [0, 2],
  },
  open_incident: {
    what: 'an incident opens beside a smaller one',
    before: heardOnly('incident'),
    after: records(
      'incident',
      { data: { incidentId: 'n2', severity: 'SEV3', status: 'identified', startedAt: daysAgo(2) } },
      {
        data: {
          incidentId: 'n1',
          severity: 'SEV1',
          status: 'investigating',
          startedAt: daysAgo(0, 1),
        },
      },
      { data: { incidentId: 'n0', severity: 'SEV1', status: 'resolved', startedAt: daysAgo(9) } },
    ),
    says: [
      { severity: 'none', incidents: [] },
      { severity: 'SEV1', incidents: ['n1', 'n2'] },
    ],
  },
  usage_out_of_period: {
    what: 'they go on for ten days after the subscription ended',
    before: { ...onGrowth, ...logins(daily(30, 1)) },
    after: {
      ...logins(daily(30, 1)),
      ...records('subscription', subscription({ endedOn: day(9) })),
    },
    says: [
      { days: 0, of: 30 },
      { days: 10, of: 30 },
    ],
  },
  deletion_request: {
    what: 'they ask for their data to be deleted',
    before: heardOnly('deletion_request'),
    after: records('deletion_request', {
      data: { requestId: 'd1', status: 'in_progress', requestedAt: daysAgo(1) },
    }),
    says: ['none', 'open'],
  },
  workflow_depth: {
    what: 'half of the workflow is no longer done',
    before: inShop(steady),
    after: inShop(reportDropped),
    says: [
      { monthly: { used: 2, of: 2, runs: 56, before: 56 } },
      { monthly: { used: 1, of: 2, runs: 0, before: 56 } },
    ],
  },
  workflow_depth_trend: {
    what: 'half of the workflow is no longer done',
    before: inShop(steady),
    after: inShop(reportDropped),
    says: [
      { change: 0, atLeast: 0, atMost: 0 },
      { change: -10_000, atLeast: 10_000, atMost: 10_000 },
    ],
  },
  feature_adoption: {
    what: 'a feature is dropped',
    before: inShop(steady),
    after: inShop(reportDropped),
    says: [
      { adopted: ['report', 'board'], tried: [], unused: ['sso'], share: 6_666 },
      { adopted: ['board'], tried: [], unused: ['report', 'sso'], share: 3_333 },
    ],
  },
  module_adoption: {
    what: 'half of the module is dropped',
    before: inShop(steady),
    after: inShop(reportDropped),
    says: [
      { insight: { share: 10_000, adopted: 2, of: 2, inPlan: 'all' } },
      { insight: { share: 5_000, adopted: 1, of: 2, inPlan: 'all' } },
    ],
  },
  usage_consistency: {
    what: 'they are away for every other week of the last eight',
    before: logins(daily(90, 5)),
    after: logins([
      ...daily(34, 5),
      ...Array.from({ length: 56 }, (_, index) => (Math.floor(index / 7) % 2 === 0 ? 5 : 0)),
    ]),
    says: [10_000, 5_000],
  },
  trial_progression: {
    what: 'a colleague comes in on the seventh day',
    before: trial(1),
    after: trial(2),
    says: [
      { day: 7, of: 14, reached: ['back'], left: ['colleague'], share: 5_000, ahead: 0 },
      { day: 7, of: 14, reached: ['back', 'colleague'], left: [], share: 10_000, ahead: 5_000 },
    ],
  },
  plan_fit: {
    what: 'they outgrow the calls of their plan',
    before: allUse(40, 1_000),
    after: allUse(40, 4_000),
    says: [
      { fit: 'fits', plan: 'growth', fitting: 'growth', because: [] },
      { fit: 'too_small', plan: 'growth', fitting: 'enterprise', because: ['api_calls'] },
    ],
  },
  price_realization: {
    what: 'the list price is halved by a discount',
    before: {
      config: withPlans,
      records: { subscription: [subscription({ mrr: { minor: 195_000, currency: 'USD' } })] },
    },
    after: {
      config: withPlans,
      records: { subscription: [subscription({ mrr: { minor: 97_500, currency: 'USD' } })] },
    },
    says: [10_000, 5_000],
  },
  sudden_drop: {
    what: 'three in five calls are gone since a week ago',
    before: { weeks: { api_calls: callsOfTwoWeeks(980) } },
    after: { weeks: { api_calls: callsOfTwoWeeks(400) } },
    says: [[], [{ metric: 'api_calls', recent: 400, before: 1_000, change: -6_000 }]],
  },
};
