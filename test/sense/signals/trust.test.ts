import { NO_PAST } from '../../../src/sense/scores/past.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assessView } from '../../../src/sense/assess-view.ts';
import { daily, viewOf, type AccountInput, type SeriesInput } from '../../support/account-view.ts';
import { anyAccount, FEATURES } from '../scores/accounts.ts';
import { SCORES, SIGNALS, signal } from './packaged.ts';

const trustedValues = (input: AccountInput) => {
  const view = viewOf(input);
  const { facts } = assessView(
    { signals: SIGNALS, scores: SCORES, config: view.config },
    view,
    NO_PAST,
  );
  return Object.fromEntries(Object.entries(facts).map(([id, fact]) => [id, fact.trustedValue]));
};

const METRICS = [
  'logins',
  'api_calls',
  'seats_used',
  'storage_gb',
  ...FEATURES.map((id) => `feature:${id}`),
];

const clientSeries = fc.dictionary(
  fc.constantFrom(...METRICS, 'feature:unheard_of'),
  fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 200, maxLength: 200 }),
  { minKeys: 1 },
);

/** The same account with what browsers add: to its series, and to when they were last heard of. */
const withClient = (
  input: AccountInput,
  client: Record<string, readonly number[]>,
): AccountInput => ({
  ...input,
  metrics: {
    ...input.metrics,
    ...Object.fromEntries(
      Object.entries(client).map(([id, days]): [string, SeriesInput] => [
        id,
        { ...input.metrics?.[id], client: days },
      ]),
    ),
  },
});

describe('what only a client key says', () => {
  test('never moves a trusted value, nor what a score supports by trusted values', () =>
    fc.assert(
      fc.property(anyAccount, clientSeries, (input, client) => {
        expect(trustedValues(withClient(input, client))).toEqual(trustedValues(input));
      }),
      { numRuns: 100 },
    ));

  test('moves the value: a browser’s full seats make ready for expansion, and give no ground for a price', () => {
    const input: AccountInput = {
      metrics: { seats_used: { kind: 'level', client: daily(60, 50) } },
      records: {
        subscription: [
          {
            data: {
              subscriptionId: 's',
              planId: 'growth',
              seats: 50,
              status: 'active',
              startedOn: '2025-01-01',
            },
          },
        ],
      },
    };
    expect(signal('expansion_ready').derive(viewOf(input))).toMatchObject({
      value: true,
      trustedValue: null,
    });
    expect(signal('seats').derive(viewOf(input))).toMatchObject({ value: 50, trustedValue: 50 });
  });

  test('is not what an account’s age may rest on', () => {
    const view = viewOf({ firstSeen: '2025-01-01' });
    expect(signal('account_age').derive(view)).toMatchObject({ value: 454, trustedValue: null });
  });
});
