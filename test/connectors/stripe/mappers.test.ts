import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import Stripe from 'stripe';
import type { Mapper, MappingContext } from '../../../src/connectors/stripe/source/define.ts';
import { stripeMoney } from '../../../src/connectors/stripe/source/money.ts';
import { readObject, readPast } from '../../../src/connectors/stripe/source/read-object.ts';
import { API_VERSION, versionFault } from '../../../src/connectors/stripe/source/versions.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import { loadCatalogue } from '../../../src/platform/catalogue.ts';
import type { EntityType } from '../../../src/sense/state/define.ts';
import {
  charge,
  customer,
  invoice,
  olderSubscription,
  price,
  subscription,
} from '../../support/stripe-objects.ts';

const SRC = new URL('../../../src/', import.meta.url);
const mappers = await loadCatalogue<Mapper>(new URL('connectors/stripe/source/mappers/', SRC));
const entities = await loadCatalogue<EntityType>(new URL('sense/state/', SRC));

const CONTEXT: MappingContext = {
  zone: 'America/New_York',
  plans: [{ id: 'growth', rank: 2, aliases: ['prod_growth'] }],
  accountKey: null,
};

const OCCASION = {
  eventType: null,
  isDeletion: false,
  at: '2026-09-21T00:00:00.000Z',
  previous: {},
} as const;

const fieldsOf = (object: JsonObject, type: string, context = CONTEXT): JsonObject | null => {
  const reading = readObject(object, OCCASION, { mappers, context });
  if (reading.kind !== 'read') throw new Error(JSON.stringify(reading));
  return reading.changes.find((change) => change.type === `${type}.changed`)?.payload ?? null;
};

const items = (...data: JsonObject[]): JsonObject => ({
  items: {
    object: 'list',
    has_more: false,
    data: data.map((item, index) => ({ id: `si_${String(index)}`, quantity: 1, ...item })),
  },
});

const yearly = {
  recurring: { interval: 'year', interval_count: 1, usage_type: 'licensed', meter: null },
};

describe('versions', () => {
  test('the one that is asked for is the client’s own', () => {
    expect(new Stripe('sk_test_1').getApiField('version')).toBe(API_VERSION);
    expect(versionFault(API_VERSION)).toBeNull();
  });
});

describe('amounts', () => {
  test.each([
    [1050, 'usd', { minor: 1050, currency: 'USD' }],
    [1050, 'jpy', { minor: 1050, currency: 'JPY' }],
    // Stripe counts these in hundredths though they have none, and thousandths as they are.
    [50_000, 'isk', { minor: 500, currency: 'ISK' }],
    [50_000, 'ugx', { minor: 500, currency: 'UGX' }],
    [1234, 'kwd', { minor: 1234, currency: 'KWD' }],
    ['0.5', 'usd', { minor: 1, currency: 'USD' }],
  ])('%s %s', (amount, currency, money) => {
    expect(stripeMoney(amount, currency)).toEqual(money);
  });
});

describe('a subscription', () => {
  test('says the same before and after its periods moved to the items', () => {
    const { items: itemsNow, ...now } = fieldsOf(subscription(), 'subscription') ?? {};
    const { items: itemsThen, ...then } = fieldsOf(olderSubscription(), 'subscription') ?? {};
    expect(now).toEqual(then);
    expect(now).toMatchObject({ planId: 'growth', periodEndsAt: '2026-10-10T00:26:40.000Z' });
    expect(itemsNow).toMatchObject([{ quantity: 12, unitPrice: { minor: 4900, currency: 'USD' } }]);
    expect(itemsThen).toMatchObject([{ quantity: 12 }]);
  });

  test.each<
    readonly [
      string,
      JsonObject,
      { readonly mrr: JsonObject | null; readonly seats: number | null },
    ]
  >([
    [
      'a yearly price by twelve',
      items({ price: price({ ...yearly, unit_amount: 12_000 }), quantity: 5 }),
      { mrr: { minor: 5000, currency: 'USD' }, seats: 5 },
    ],
    [
      'a weekly one by the year’s weeks',
      items({
        price: price({ recurring: { interval: 'week', interval_count: 2 }, unit_amount: 1000 }),
      }),
      { mrr: { minor: 2173, currency: 'USD' }, seats: 1 },
    ],
    [
      'fractions of a cent once, at the end',
      items({ price: price({ unit_amount: null, unit_amount_decimal: '0.5' }), quantity: 101 }),
      { mrr: { minor: 51, currency: 'USD' }, seats: 101 },
    ],
    [
      'the plan that is ranked, with an addition',
      items(
        { price: price({ id: 'p_add', product: 'prod_add', unit_amount: 99_000 }) },
        { price: price(), quantity: 7 },
      ),
      { mrr: { minor: 133_300, currency: 'USD' }, seats: 7 },
    ],
    [
      'what is metered not at all',
      items(
        { price: price(), quantity: 2 },
        {
          price: price({
            id: 'p_m',
            recurring: {
              interval: 'month',
              interval_count: 1,
              usage_type: 'metered',
              meter: 'mtr_1',
            },
          }),
          quantity: null,
        },
      ),
      { mrr: { minor: 9800, currency: 'USD' }, seats: 2 },
    ],
    [
      'tiers that were not told as unknown',
      items({ price: price({ billing_scheme: 'tiered', unit_amount: null }), quantity: 3 }),
      { mrr: null, seats: 3 },
    ],
  ])('counts %s', (_, given, expected) => {
    expect(fieldsOf(subscription(given), 'subscription')).toMatchObject(expected);
  });

  test('says why it gives no recurring amount', () => {
    const tiered = items({ price: price({ billing_scheme: 'tiered', unit_amount: null }) });
    expect(fieldsOf(subscription(tiered), 'subscription')).toMatchObject({
      mrrUnknown: 'what price_growth_month costs for its quantity is not known',
    });
    expect(fieldsOf(subscription(), 'subscription')).toMatchObject({ mrrUnknown: null });
  });

  test('of which Stripe sent only some items leaves what is known of its price', () => {
    const cut = { items: { ...(subscription()['items'] as JsonObject), has_more: true } };
    expect(Object.keys(fieldsOf(subscription(cut), 'subscription') ?? {})).not.toContain('mrr');
  });

  test('renews as a contract when its term is long, and not each month', () => {
    const period = { current_period_start: 1_780_000_000, current_period_end: 1_811_536_000 };
    const year = subscription({
      ...items({ price: price(yearly), quantity: 2, ...period }),
      cancel_at_period_end: true,
    });
    expect(fieldsOf(year, 'contract')).toEqual({
      contractId: 'sub_1',
      startedOn: '2026-05-28',
      renewsOn: '2027-05-28',
      autoRenews: false,
      annualValue: { minor: 9800, currency: 'USD' },
      status: 'active',
    });
    expect(fieldsOf(subscription(), 'contract')).toBeNull();
  });

  test.each([
    ['trialing', {}, 'running'],
    ['active', {}, 'converted'],
    ['paused', {}, 'ended'],
    ['canceled', { canceled_at: 1_780_500_000, ended_at: 1_780_500_000 }, 'ended'],
    ['canceled', { canceled_at: 1_789_000_000, ended_at: 1_789_000_000 }, 'converted'],
  ])('%s after a trial', (status, more, outcome) => {
    const given = subscription({
      status,
      trial_start: 1_780_000_000,
      trial_end: 1_781_209_600,
      ...more,
    });
    expect(fieldsOf(given, 'trial')).toMatchObject({
      status: outcome,
      startedOn: '2026-05-28',
      endsOn: '2026-06-11',
    });
  });
});

test('an announced invoice has no id, and is kept by its subscription', () => {
  const announced: JsonObject = { ...invoice(), id: null };
  expect(
    fieldsOf({ ...announced, next_payment_attempt: 1_791_595_600 }, 'upcoming_invoice'),
  ).toMatchObject({
    upcomingId: 'sub_1',
    dueOn: '2026-10-09',
    amountDue: { minor: 58_800, currency: 'USD' },
  });
});

test('a customer of a company names its domain, one with a private address does not', () => {
  expect(fieldsOf(customer(), 'account')).toMatchObject({
    name: 'Globex',
    domain: 'globex.example',
  });
  expect(fieldsOf(customer({ email: 'jo@gmail.com', name: null }), 'account')).toMatchObject({
    name: 'jo@gmail.com',
    domain: null,
  });
});

test('an invoice’s own dates tell its past in order, each stage without what came later', () => {
  const paid = invoice({
    status: 'paid',
    amount_paid: 58_800,
    amount_remaining: 0,
    attempt_count: 3,
    created: 1_789_000_000,
    status_transitions: { finalized_at: 1_789_000_000, paid_at: 1_789_000_000 },
  });
  const past = readPast(paid, { mappers, context: CONTEXT }).filter(
    ({ type }) => type === 'invoice.changed',
  );
  expect(past.map(({ payload }) => [payload['status'], payload['paidAt'] === null])).toEqual([
    ['draft', true],
    ['open', true],
    ['paid', false],
  ]);
  expect(past.map(({ at }) => at)).toEqual(past.map(({ at }) => at).toSorted());
});

const junk = fc.oneof(fc.jsonValue(), fc.constantFrom(null, '', 'usd', -1, 1e300, {}, []));

test('whatever an object holds, reading it gives changes that fit their kinds, or a reason', () => {
  const whole = [subscription(), customer(), invoice(), charge()];
  const broken = fc
    .tuple(
      fc.constantFrom(...whole),
      fc.dictionary(
        fc.constantFrom(
          ...new Set(
            whole.flatMap((object) => Object.keys(object).filter((key) => key !== 'object')),
          ),
        ),
        junk,
        { maxKeys: 3 },
      ),
    )
    .map(([object, changes]) => ({ ...object, ...changes }) as JsonObject);
  fc.assert(
    fc.property(broken, (object) => {
      const reading = readObject(object, OCCASION, { mappers, context: CONTEXT });
      if (reading.kind !== 'read') return reading.reason.length > 5;
      return reading.changes.every(({ type, payload }) => {
        const fields = Object.fromEntries(
          Object.entries(payload).filter(([name]) => name !== 'links'),
        );
        const entity = entities.find(({ kind }) => `${kind}.changed` === type);
        return entity === undefined || entity.change.safeParse(fields).success;
      });
    }),
    { numRuns: 2_000 },
  );
});
