import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/domain/json.ts';
import { viewOf, type AccountInput } from '../../support/account-view.ts';
import { signal } from './packaged.ts';

const value = (id: string, input: AccountInput): Json => signal(id).derive(viewOf(input)).value;
const note = (id: string, input: AccountInput) => signal(id).derive(viewOf(input)).note;

const sub = (id: string, fields: object = {}) => ({
  data: {
    subscriptionId: id,
    planId: 'growth',
    seats: 10,
    status: 'active',
    startedOn: '2025-01-01',
    mrr: { minor: 10_000, currency: 'USD' },
    ...fields,
  },
});

const withSubs = (overlap: 'latest' | 'concurrent', ...held: object[]): AccountInput => ({
  config: { subscriptions: { overlap } },
  records: { subscription: held as never },
});

describe('overlapping subscriptions', () => {
  const three = [
    sub('a', { seats: 10, startedOn: '2025-01-01' }),
    sub('c', { seats: 30, startedOn: '2025-06-01' }),
    sub('b', { seats: 20, startedOn: '2025-06-01' }),
  ];

  test('latest: the one that started last counts, of two the greater id', () => {
    const input = withSubs('latest', ...three);
    expect(value('seats', input)).toBe(30);
    expect(value('mrr', input)).toEqual({ minor: 10_000, currency: 'USD' });
    expect(value('overlapping_subscriptions', input)).toEqual({
      inForce: 3,
      rule: 'latest',
      counted: ['c'],
      set_aside: ['a', 'b'],
    });
  });

  test('concurrent: all of them count', () => {
    const input = withSubs('concurrent', ...three);
    expect(value('seats', input)).toBe(60);
    expect(value('mrr', input)).toEqual({ minor: 30_000, currency: 'USD' });
  });

  test('concurrent seats are unknown where one gives no number', () => {
    const input = withSubs('concurrent', sub('a'), sub('b', { seats: undefined }));
    expect(value('seats', input)).toBeNull();
    expect(note('seats', input)).toBe('a subscription gives no seats');
  });
});

describe('a subscription is in force', () => {
  test.each([
    ['from its first day', { startedOn: '2026-03-31' }, 'active'],
    ['not before', { startedOn: '2026-04-01' }, 'ended'],
    ['until the day before its end', { endedOn: '2026-04-01' }, 'active'],
    ['not on the day of its end', { endedOn: '2026-03-31' }, 'ended'],
    ['not once it ended', { status: 'ended' }, 'ended'],
  ])('%s', (_, fields, status) => {
    expect(value('subscription_status', withSubs('latest', sub('a', fields)))).toBe(status);
  });

  test('and outweighs a churn record: it is what the customer pays for', () => {
    const left = { data: { accountId: 'a', name: 'A', churnedOn: '2026-01-01' } };
    const both: AccountInput = { records: { account: [left], subscription: [sub('a')] } };
    expect(value('churned', both)).toBe(false);
    expect(value('churned', { records: { account: [left] } })).toBe(true);
  });
});

describe('recurring revenue', () => {
  const inEuros = withSubs('latest', sub('a', { mrr: { minor: 10_001, currency: 'EUR' } }));
  const rates = [
    { from: 'EUR', day: '2026-01-01', rate: '1.10' },
    { from: 'EUR', day: '2026-04-01', rate: '9.99' },
  ] as const;

  test('is converted at the newest rate that holds today, rounded half up once', () => {
    const input = { ...inEuros, config: { ...inEuros.config, rates: [...rates] } };
    expect(value('mrr', input)).toEqual({ minor: 11_001, currency: 'USD' });
    expect(value('arr', input)).toEqual({ minor: 132_012, currency: 'USD' });
  });

  test('is unknown without a rate, and says what to do', () => {
    expect(value('mrr', inEuros)).toBeNull();
    expect(note('mrr', inEuros)).toBe('no rate from EUR to USD is known; add one');
  });
});

describe('plan terms', () => {
  const file = {
    id: 'growth',
    name: 'Growth',
    rank: 2,
    tier: 'growth',
    seatPrice: { minor: 3_900, currency: 'USD' },
    limits: { seats_used: 100 },
    features: [],
  };
  const sent = {
    data: {
      planId: 'growth',
      name: 'Growth (old)',
      tier: 'pro',
      seatPrice: { minor: 1, currency: 'USD' },
      limits: { seats_used: 5, storage_gb: 20 },
    },
  };
  const records = { subscription: [sub('a', { seats: undefined })], plan: [sent] };
  const metrics = {
    seats_used: { kind: 'level' as const, server: Array.from({ length: 60 }, () => 50) },
    storage_gb: { kind: 'level' as const, server: Array.from({ length: 60 }, () => 10) },
  };

  test('are those of the files, which a source may fill up and never change', () => {
    const input: AccountInput = { config: { plans: [file] }, records, metrics };
    expect(value('plan_tier', input)).toBe('growth');
    expect(value('seat_price', input)).toEqual({ minor: 3_900, currency: 'USD' });
    expect(value('limit_proximity', input)).toEqual({
      seats_used: { used: 50, limit: 100, share: 5_000, month: null },
      storage_gb: { used: 10, limit: 20, share: 5_000, month: null },
    });
  });

  test('are those of the source where the files say nothing', () => {
    expect(value('plan_tier', { records })).toBe('pro');
    const open: AccountInput = { config: { plans: [{ ...file, seatPrice: null }] }, records };
    expect(value('seat_price', open)).toEqual({ minor: 1, currency: 'USD' });
  });
});

describe('expansion', () => {
  const seats = (used: readonly number[], bought: number): AccountInput => ({
    records: { subscription: [sub('a', { seats: bought })] },
    metrics: { seats_used: { kind: 'level', server: used } },
  });
  const rising = (from: number, aDay: number) =>
    Array.from({ length: 60 }, (_, day) => from + day * aDay);

  test.each([
    ['at 89 % and level', Array.from({ length: 60 }, () => 89), false],
    ['at 90 %', Array.from({ length: 60 }, () => 90), true],
    ['at 80 % and full in 20 days', rising(21, 1), true],
    ['at 69 % and full in 31 days', rising(10, 1), false],
    ['over the limit', Array.from({ length: 60 }, () => 105), true],
  ])('%s', (_, used, ready) => {
    expect(value('expansion_ready', seats(used, 100))).toBe(ready);
  });

  test.each([
    ['will not last', 40, true],
    ['will last', 30, false],
  ])('a month of API calls that %s at the present pace', (_, aDay, ready) => {
    const plan = {
      id: 'growth',
      name: 'Growth',
      rank: 2,
      tier: 'growth',
      seatPrice: null,
      limits: { api_calls: 1_050 },
      features: [],
    };
    // Sixty days of it: seen from the 10th of March, a third of the month is used.
    const input: AccountInput = {
      config: { plans: [plan] },
      records: { subscription: [sub('a', { seats: undefined })] },
      metrics: {
        api_calls: {
          server: [
            ...Array.from({ length: 50 }, () => 10),
            ...Array.from({ length: 50 }, () => aDay),
          ],
        },
      },
    };
    const view = viewOf(input).at('2026-03-10');
    expect(signal('expansion_ready').derive(view).value).toBe(ready);
  });

  test('is not known where no limit is', () => {
    const { metrics } = seats([50], 1);
    expect(value('expansion_ready', { metrics: metrics ?? {} })).toBeNull();
  });
});
