import fc from 'fast-check';
import { addDays, type Day, type Instant } from '../../../src/domain/time.ts';
import {
  daysAgo,
  NOW,
  testConfig,
  TODAY,
  type AccountInput,
  type RecordInput,
} from '../../support/account-view.ts';

/** Features whose use the tenant's files expect. */
export const FEATURES = ['board', 'report', 'export'] as const;

const featureMetrics = FEATURES.map((feature) => ({
  id: `feature:${feature}`,
  kind: 'count' as const,
  events: [`${feature} used`],
  feature,
}));

/** What arrives together, and goes missing together when a source falls silent. */
export const SOURCES: Readonly<Record<string, readonly string[]>> = {
  product: ['logins', 'api_calls', 'seats_used', ...featureMetrics.map(({ id }) => id)],
  helpdesk: ['ticket'],
  billing: ['invoice', 'subscription'],
  crm: ['account', 'contact', 'contract', 'touch', 'feature_interest', 'invite'],
};

export const KINDS: readonly string[] = Object.values(SOURCES).flat();

const base = testConfig();
export const propertyConfig = {
  metrics: [...base.metrics, ...featureMetrics],
  features: FEATURES.map((id) => ({ id, name: id, fromRank: id === 'export' ? 3 : 1 })),
  workflows: [{ id: 'weekly', name: 'Weekly report', features: ['board', 'export'] }],
  plans: [
    {
      id: 'growth',
      name: 'Growth',
      rank: 2,
      tier: 'growth',
      seatPrice: { minor: 3_900, currency: 'USD' },
      limits: { api_calls: 3_000, seats_used: 60 },
      features: [],
    },
  ],
};

const day = (days: number): Day => addDays(TODAY, -days);

/** A series of eight stretches of steady use: what shapes trends, from the newest. Some accounts have none of it. */
const stretches = [150, 28, 28, 14, 7, 7, 3, 3];
const countSeries = fc
  .array(fc.integer({ min: 0, max: 12 }), { minLength: 8, maxLength: 8 })
  .map((amounts) =>
    stretches.flatMap((length, index) => Array.from({ length }, () => amounts[index] ?? 0)),
  );

const texts = fc.constantFrom(
  'This is terrible, the errors are horrible and support is useless.',
  'Great release, thanks a lot!',
  'Please update our billing address.',
  undefined,
);

const optional = fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined });

const tickets = fc.array(
  fc.record({
    days: fc.integer({ min: 0, max: 130 }),
    body: texts,
    satisfaction: optional,
    escalated: fc.boolean(),
    status: fc.constantFrom('open', 'closed'),
  }),
  { maxLength: 5 },
);

const invoices = fc.array(
  fc.record({
    due: fc.integer({ min: -10, max: 30 }),
    status: fc.constantFrom('open', 'paid'),
    failedAttempts: fc.integer({ min: 0, max: 2 }),
  }),
  { maxLength: 3 },
);

const record = (data: object, from?: Instant): RecordInput => ({
  data,
  ...(from === undefined ? {} : { from }),
});

/** An account with some of everything, shaped by chance. */
export const anyAccount: fc.Arbitrary<AccountInput> = fc
  .record({
    metrics: fc.dictionary(
      fc.constantFrom('logins', 'api_calls', ...featureMetrics.map(({ id }) => id)),
      countSeries,
      { maxKeys: 5 },
    ),
    seatsUsed: fc.option(fc.integer({ min: 0, max: 70 })),
    tickets,
    invoices,
    seats: fc.integer({ min: 10, max: 60 }),
    signedUp: fc.integer({ min: 30, max: 900 }),
    interest: fc.constantFrom(...FEATURES),
    renewsIn: fc.integer({ min: 1, max: 300 }),
    helpdesk: fc.boolean(),
    invoicing: fc.boolean(),
  })
  .map((shape) => ({
    now: NOW,
    config: propertyConfig,
    firstSeen: day(shape.signedUp),
    metrics: {
      ...Object.fromEntries(Object.entries(shape.metrics).map(([id, server]) => [id, { server }])),
      ...(shape.seatsUsed === null
        ? {}
        : {
            seats_used: {
              kind: 'level' as const,
              server: Array.from({ length: 90 }, () => shape.seatsUsed),
            },
          }),
    },
    records: {
      account: [record({ accountId: 'a', name: 'A', signedUpOn: day(shape.signedUp) })],
      subscription: [
        record({
          subscriptionId: 's',
          planId: 'growth',
          seats: shape.seats,
          status: 'active',
          startedOn: day(shape.signedUp),
        }),
      ],
      ticket: shape.tickets.map(({ days, ...fields }, index) =>
        record({ ticketId: `t${index}`, openedAt: daysAgo(days), ...fields }, daysAgo(days)),
      ),
      invoice: shape.invoices.map(({ due, ...fields }, index) =>
        record(
          {
            invoiceId: `i${index}`,
            amountDue: { minor: 100, currency: 'USD' },
            issuedOn: day(due + 30),
            dueOn: day(due),
            ...fields,
          },
          daysAgo(Math.max(0, due + 30)),
        ),
      ),
      feature_interest: [
        record({ interestId: 'f', feature: shape.interest, kind: 'requested', on: day(200) }),
      ],
      contact: [record({ contactId: 'c', name: 'C', email: 'c@a.example', role: 'champion' })],
      contract: [record({ contractId: 'k', startedOn: day(300), renewsOn: day(-shape.renewsIn) })],
    },
    heard: {
      ...(shape.helpdesk ? { ticket: NOW } : {}),
      ...(shape.invoicing ? { invoice: NOW } : {}),
    },
  }));

/** The same account, had these metrics and kinds of records never come in from anywhere. */
export const without = (input: AccountInput, kinds: readonly string[]): AccountInput => {
  const gone = new Set(kinds);
  const rest = <T>(all: Readonly<Record<string, T>> = {}): Record<string, T> =>
    Object.fromEntries(Object.entries(all).filter(([kind]) => !gone.has(kind)));
  return {
    ...input,
    metrics: rest(input.metrics),
    records: rest(input.records),
    heard: { ...rest(input.heard), ...Object.fromEntries(kinds.map((kind) => [kind, null])) },
  };
};

/** One kind, several, or all that a source sends. */
export const anyRemoval: fc.Arbitrary<readonly string[]> = fc.oneof(
  fc.constantFrom(...KINDS).map((kind) => [kind]),
  fc.subarray([...KINDS], { minLength: 2 }),
  fc.constantFrom(...Object.keys(SOURCES)).map((source) => SOURCES[source] ?? []),
);
