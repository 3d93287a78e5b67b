import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import { addMinutes, fromEpochMilliseconds, type Instant } from '../../src/domain/time.ts';
import { listEvents } from '../../src/sense/events/event-store.ts';
import { listQuarantine } from '../../src/sense/events/quarantine-store.ts';
import { findAccount } from '../../src/sense/identity/find-account.ts';
import { loadRecords } from '../../src/sense/state/version-store.ts';
import {
  charge,
  customer,
  eventOf,
  invoice,
  olderSubscription,
  subscription,
} from '../support/stripe-objects.ts';
import { signatureOf, SECRET_KEY, stripeSource } from './stripe-support.ts';
import { makeHouse, startApi, type Answer, type Api } from './support.ts';

const NOW: Instant = fromEpochMilliseconds(1_790_000_060_000);
const SECRET = 'whsec_first';
const NEXT_SECRET = 'whsec_next';

let api: Api;

beforeAll(async () => {
  api = await startApi({ now: NOW, outside: { dataDir: '/nonexistent', secretKey: SECRET_KEY } });
  for (const tenant of ['acme', 'globex', 'shuffled', 'fixtures']) await makeHouse(api, tenant);
  await stripeSource(api.db, 'acme', {
    sourceId: 'acme-test',
    secrets: [SECRET, NEXT_SECRET],
    now: NOW,
  });
  await stripeSource(api.db, 'globex', {
    sourceId: 'globex-live',
    secrets: ['whsec_g'],
    now: NOW,
    livemode: true,
  });
  await stripeSource(api.db, 'shuffled', { sourceId: 'shuffled', secrets: [SECRET], now: NOW });
  for (const [sourceId, livemode] of [
    ['fixtures', false],
    ['fixtures-live', true],
  ] as const) {
    await stripeSource(api.db, 'fixtures', { sourceId, secrets: [SECRET], now: NOW, livemode });
  }
});

const post = async (
  sourceId: string,
  body: string,
  options: { readonly secret?: string; readonly at?: Instant; readonly signature?: string } = {},
): Promise<Answer> => {
  // Senders are held to a rate by this clock.
  api.clock.advance(20);
  const signature =
    options.signature ?? signatureOf(body, options.secret ?? SECRET, options.at ?? api.clock.now());
  const response = await fetch(`${api.url}/webhooks/stripe/${sourceId}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Stripe-Signature': signature },
    body,
  });
  return { status: response.status, body: await response.json() };
};

const deliver = (sourceId: string, event: JsonObject, secret = SECRET) =>
  post(sourceId, JSON.stringify(event), { secret });

const countEvents = (tenantId: string) =>
  api.db.withTenant(tenantId, async (tx) => {
    const [row] = await tx.query<{ count: number }>('select count(*) as count from events');
    return row?.count ?? 0;
  });

const stateOf = (tenantId: string, kind: string, key: string) =>
  api.db.withTenant(tenantId, async (tx) => {
    const versions = await loadRecords(tx, kind, [key]);
    return versions.find(({ validTo }) => validTo === null)?.data ?? null;
  });

describe('who may deliver', () => {
  test('a body signed by either secret, while one takes over from the other', async () => {
    for (const secret of [SECRET, NEXT_SECRET]) {
      const answer = await deliver('acme-test', eventOf('customer.updated', customer()), secret);
      expect(answer).toMatchObject({ status: 200, body: { received: true, outcome: 'accepted' } });
    }
  });

  test.each([
    ['another secret', { secret: 'whsec_g' }],
    ['a signature of ten minutes ago', { at: addMinutes(NOW, -10) }],
    ['no signature', { signature: '' }],
    ['a signature that is none', { signature: 'v1=, t=now' }],
  ])('is refused with %s, and nothing is stored', async (_, options) => {
    const before = await countEvents('acme');
    const body = JSON.stringify(eventOf('customer.updated', customer({ name: 'Mallory' })));
    const answer = await post('acme-test', body, options);
    expect(answer).toMatchObject({ status: 400, body: { code: 'signature_refused' } });
    expect(await countEvents('acme')).toBe(before);
  });

  test('a body that was changed on its way is refused', async () => {
    const body = JSON.stringify(eventOf('customer.updated', customer()));
    const signature = signatureOf(body, SECRET, NOW);
    const answer = await post('acme-test', body.replace('Globex', 'Mallory'), { signature });
    expect(answer).toMatchObject({ status: 400, body: { code: 'signature_refused' } });
  });

  test('a source that nobody connected is not found; another tenant’s secret does not open one', async () => {
    const event = eventOf('customer.updated', customer());
    expect(await deliver('nowhere', event)).toMatchObject({
      status: 404,
      body: { code: 'source_not_found' },
    });
    expect(await deliver('globex-live', event)).toMatchObject({
      status: 400,
      body: { code: 'signature_refused' },
    });
  });
});

describe('what is not taken at its word', () => {
  const refused = async (tenantId: string, eventId: string) =>
    api.db.withTenant(tenantId, async (tx) =>
      (await listQuarantine(tx, { now: NOW })).find((entry) => entry.eventId === eventId),
    );

  test.each([
    ['test mode at a live source', 'globex-live', 'whsec_g', {}, 'other_mode', 'of test mode'],
    [
      'a version to come',
      'acme-test',
      SECRET,
      { api_version: '2031-01-01.zinnia' },
      'unknown_version',
      'update Retinue',
    ],
    [
      'no version',
      'acme-test',
      SECRET,
      { api_version: null },
      'unknown_version',
      'names no API version',
    ],
    [
      'a version of before statuses',
      'acme-test',
      SECRET,
      { api_version: '2017-06-05' },
      'unknown_version',
      'create the webhook endpoint',
    ],
    [
      'a connected account',
      'acme-test',
      SECRET,
      { account: 'acct_other' },
      'other_account',
      'acct_other',
    ],
  ])('%s is quarantined, with what to do', async (_, sourceId, secret, more, code, words) => {
    const event = eventOf('customer.updated', customer(), more);
    const answer = await deliver(sourceId, event, secret);
    expect(answer).toMatchObject({ status: 200, body: { outcome: 'quarantined' } });
    const entry = await refused(sourceId.split('-')[0] ?? '', event.id);
    expect(entry).toMatchObject({
      code,
      source: `stripe/${sourceId}`,
      type: 'stripe.customer.updated',
    });
    expect(entry?.reason).toContain(words);
  });

  test('a later month of the release that is known is understood', async () => {
    const event = eventOf('customer.updated', customer(), { api_version: '2026-12-16.endive' });
    expect(await deliver('acme-test', event)).toMatchObject({ body: { outcome: 'accepted' } });
  });
});

describe('what an event becomes', () => {
  test.each([
    ['on its items, as since 2025-03-31', subscription(), '2025-04-30.basil'],
    ['on itself, as before', olderSubscription(), '2024-06-20'],
  ])('a subscription with its period %s', async (_, object, api_version) => {
    const id = `sub_${api_version}`;
    const event = eventOf('customer.subscription.created', { ...object, id }, { api_version });
    expect(await deliver('acme-test', event)).toMatchObject({ body: { outcome: 'accepted' } });
    expect(await stateOf('acme', 'subscription', id)).toMatchObject({
      planId: 'prod_growth',
      seats: 12,
      status: 'active',
      mrr: { minor: 58_800, currency: 'USD' },
      interval: 'month',
      periodStartsAt: '2026-09-10T00:26:40.000Z',
      periodEndsAt: '2026-10-10T00:26:40.000Z',
    });
  });

  test('a customer is an account with a billing contact; a declined charge says why', async () => {
    await deliver('acme-test', eventOf('customer.created', customer({ id: 'cus_d' })));
    const failed = charge({
      id: 'ch_failed',
      customer: 'cus_d',
      status: 'failed',
      paid: false,
      failure_code: 'card_declined',
      outcome: {
        type: 'issuer_declined',
        reason: 'insufficient_funds',
        network_decline_code: '51',
        advice_code: 'try_again_later',
      },
    });
    await deliver('acme-test', eventOf('charge.failed', failed));
    const refund = {
      id: 're_1',
      object: 'refund',
      charge: 'ch_failed',
      amount: 100,
      currency: 'usd',
      created: 1_789_500_000,
      status: 'succeeded',
    };
    await deliver('acme-test', eventOf('refund.created', refund));
    expect(await stateOf('acme', 'payment', 'ch_failed')).toMatchObject({
      status: 'failed',
      failureCode: 'card_declined',
      declineCode: 'insufficient_funds',
      networkDeclineCode: '51',
      declineAdvice: 'try_again_later',
    });
    const types = await api.db.withTenant('acme', async (tx) => {
      const account = await findAccount(tx, 'cus_d');
      const events = await listEvents(tx, { accountId: account?.accountId ?? '' });
      return { name: account?.name, types: [...new Set(events.map(({ type }) => type))].sort() };
    });
    // The refund names its charge alone, and still belongs to the customer.
    expect(types).toEqual({
      name: 'Globex',
      types: [
        'account.changed',
        'billing_account.changed',
        'contact.changed',
        'payment.changed',
        'refund.changed',
      ],
    });
  });
});

describe('deliveries in any order, and again', () => {
  const T = 1_789_000_000;
  const stages = [
    eventOf('invoice.created', invoice(), { created: T }),
    eventOf(
      'invoice.finalized',
      invoice({ status: 'open', status_transitions: { finalized_at: T } }),
      { created: T },
    ),
    eventOf(
      'invoice.payment_failed',
      invoice({ status: 'open', attempt_count: 1, attempted: true }),
      { created: T },
    ),
    eventOf(
      'invoice.paid',
      invoice({
        status: 'paid',
        attempt_count: 2,
        amount_paid: 58_800,
        amount_remaining: 0,
        status_transitions: { finalized_at: T, paid_at: T },
      }),
      { created: T },
    ),
    eventOf('customer.subscription.created', subscription({ id: 'sub_s', status: 'incomplete' }), {
      created: T,
    }),
    eventOf('customer.subscription.updated', subscription({ id: 'sub_s', status: 'active' }), {
      created: T,
    }),
    eventOf('customer.subscription.updated', subscription({ id: 'sub_s', status: 'past_due' }), {
      created: T + 9,
    }),
    eventOf(
      'customer.subscription.deleted',
      subscription({ id: 'sub_s', status: 'canceled', ended_at: T + 10, canceled_at: T + 10 }),
      { created: T + 10 },
    ),
  ];

  test('leave the invoice paid and the subscription ended, though all happened in one second', async () => {
    const orders = [
      stages.toReversed(),
      [3, 0, 7, 2, 5, 1, 6, 4, 3, 0].flatMap((index) => stages[index] ?? []),
    ];
    const [first = [], second = []] = orders;
    for (const event of first) await deliver('shuffled', event);
    const once = await stateOf('shuffled', 'invoice', 'in_1');
    expect(once).toMatchObject({ status: 'paid', failedAttempts: 1, subscriptionId: 'sub_1' });
    expect(await stateOf('shuffled', 'subscription', 'sub_s')).toMatchObject({ status: 'ended' });
    const count = await countEvents('shuffled');
    for (const event of second) {
      expect(await deliver('shuffled', event)).toMatchObject({
        status: 200,
        body: { outcome: 'duplicate' },
      });
    }
    expect(await countEvents('shuffled')).toBe(count);
    expect(await stateOf('shuffled', 'invoice', 'in_1')).toEqual(once);
  });
});

const SHARED = process.env['RETINUE_SHARED'] ?? '../shared';
const folder = (name: string) => join(SHARED, 'data', name);
const hasShared =
  existsSync(folder('stripe-openapi-fixtures')) &&
  existsSync(folder('stripe-webhook-fixtures-pay'));

interface Outcome {
  readonly name: string;
  readonly outcome: string;
  readonly reason: string | undefined;
}

const outcomesOf = async (
  given: readonly (readonly [string, JsonObject])[],
): Promise<Outcome[]> => {
  const outcomes: Outcome[] = [];
  for (const [name, event] of given) {
    const sourceId = event['livemode'] === true ? 'fixtures-live' : 'fixtures';
    const { status, body } = await deliver(sourceId, event);
    expect([name, status]).toEqual([name, 200]);
    const { outcome, reason } = body as { readonly outcome: string; readonly reason?: string };
    if (outcome !== 'accepted')
      expect([name, reason]).toEqual([name, expect.stringMatching(/.{10}/)]);
    outcomes.push({ name, outcome, reason });
  }
  return outcomes;
};

const accepted = (outcomes: readonly Outcome[]): string[] =>
  outcomes
    .filter(({ outcome }) => outcome === 'accepted')
    .map(({ name }) => name)
    .sort();

const tally = (outcomes: readonly Outcome[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { outcome } of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
};

describe.skipIf(!hasShared)('fixtures of others [skipped without: RETINUE_SHARED]', () => {
  const read = (path: string): JsonObject => JSON.parse(readFileSync(path, 'utf8')) as JsonObject;

  test('each resource of Stripe’s own fixtures is accepted, knowingly ignored, or quarantined', async () => {
    const { resources } = read(join(folder('stripe-openapi-fixtures'), 'fixtures3.json')) as {
      readonly resources: Readonly<Record<string, JsonObject>>;
    };
    const events = Object.entries(resources).map(
      ([name, object]) => [name, eventOf(`${name}.updated`, object)] as const,
    );
    const outcomes = await outcomesOf(events);
    const counts = tally(outcomes);
    process.stdout.write(
      `fixtures3.json, ${String(outcomes.length)} resources: ${JSON.stringify(counts)}\n`,
    );
    for (const { name, outcome, reason } of outcomes)
      if (outcome === 'quarantined') process.stdout.write(`  ${name}: ${reason ?? ''}\n`);
    expect(outcomes.length).toBe(176);
    expect(accepted(outcomes)).toEqual([
      'billing.meter',
      'billing.meter_event',
      'customer',
      'dispute',
      'invoice',
      'product',
      'refund',
      'subscription',
    ]);
  });

  test('each of Pay’s Stripe payloads, wrapped in an event', async () => {
    const files = readdirSync(folder('stripe-webhook-fixtures-pay')).filter((name) =>
      name.startsWith('stripe__'),
    );
    const events = files.map((name) => {
      const payload = read(join(folder('stripe-webhook-fixtures-pay'), name));
      if (payload['object'] === 'event') return [name, { ...payload, id: `evt_${name}` }] as const;
      const data = typeof payload['object'] === 'string' ? { object: payload } : payload;
      const type = name
        .replace('stripe__', '')
        .replace('.json', '')
        .replace(/^subscription\./, 'customer.subscription.');
      const { livemode = false } = data['object'] as JsonObject;
      return [name, eventOf(type, {}, { data, livemode: livemode === true })] as const;
    });
    const outcomes = await outcomesOf(events);
    process.stdout.write(
      `pay, ${String(outcomes.length)} payloads: ${JSON.stringify(tally(outcomes))}\n`,
    );
    for (const { name, outcome, reason } of outcomes)
      if (outcome !== 'accepted') process.stdout.write(`  ${name}: ${outcome}: ${reason ?? ''}\n`);
    expect(outcomes.length).toBe(21);
  });

  test('what other vendors send is answered 400, and nothing is stored', async () => {
    const files = readdirSync(folder('stripe-webhook-fixtures-pay')).filter((name) =>
      /^(braintree|paddle|lemon)/.test(name),
    );
    const before = await countEvents('fixtures');
    for (const name of files) {
      const body = readFileSync(join(folder('stripe-webhook-fixtures-pay'), name), 'utf8');
      expect(await post('fixtures', body, { signature: '' })).toMatchObject({
        status: 400,
        body: { code: 'signature_refused' },
      });
      expect(await post('fixtures', body)).toMatchObject({
        status: 400,
        body: { code: 'not_an_event' },
      });
    }
    expect(files.length).toBe(14);
    expect(await countEvents('fixtures')).toBe(before);
  });
});
