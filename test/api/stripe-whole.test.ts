import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import { fromEpochMilliseconds } from '../../src/domain/time.ts';
import { eventOf, price } from '../support/stripe-objects.ts';
import { runRecipe } from '../support/stripe-recipes.ts';
import { READ_KEY, startStripe, type StripeServer } from '../support/stripe-server.ts';
import { SECRET_KEY, signatureOf, stripeKey, stripeSource } from './stripe-support.ts';
import { makeHouse, startApi, type Api } from './support.ts';

const BEGINNING = 1_790_000_000;
const NOW = fromEpochMilliseconds((BEGINNING + 3600) * 1000);
const SECRET = 'whsec_whole';
const OUTSIDE = { dataDir: '/nonexistent', secretKey: SECRET_KEY };

let api: Api;
let wire: StripeServer;

beforeAll(async () => {
  wire = await startStripe({ now: BEGINNING, fixtures: null, clock: () => BEGINNING + 3600 });
  api = await startApi({ works: true, now: NOW, outside: { ...OUTSIDE, stripeUrl: wire.url } });
  await makeHouse(api, 'acme');
  await stripeSource(api.db, 'acme', { sourceId: 'acme', secrets: [SECRET], now: NOW });
  await stripeKey(api.db, 'acme', { sourceId: 'acme', key: READ_KEY, now: NOW });
});

afterAll(() => wire.close());

const call = (name: string, path: string, params: Record<string, unknown>) => ({
  ...{ name, path, method: 'post' as const, params },
});

/** A subscription of twelve items, one of which is priced by tiers. */
const subscribed = async (): Promise<string> => {
  await runRecipe(wire.url, {
    name: 'whole',
    steps: [
      call('customer', '/v1/customers', { name: 'Globex' }),
      call('product', '/v1/products', { name: 'Growth' }),
      call('price', '/v1/prices', {
        ...{ product: '${product:id}', currency: 'usd', unit_amount: 100 },
        recurring: { interval: 'month' },
      }),
      call('subscription', '/v1/subscriptions', {
        ...{ customer: '${customer:id}', items: [{ price: '${price:id}' }] },
      }),
    ],
  });
  const [subscription] = wire.objects('subscription');
  const [tiered] = wire.objects('price');
  if (subscription === undefined || tiered === undefined) throw new Error('nothing was made');
  wire.edit(tiered.id, {
    ...{ billing_scheme: 'tiered', tiers_mode: 'graduated', unit_amount: null },
    tiers: [
      { up_to: 5, unit_amount: 700 },
      { up_to: null, unit_amount: 600 },
    ],
  });
  const recurring = { interval: 'month', interval_count: 1, usage_type: 'licensed', meter: null };
  const item = (index: number, of: object, quantity: number) => ({
    ...{ id: `si_${String(index)}`, object: 'subscription_item', price: of, quantity },
    ...{ current_period_start: BEGINNING, current_period_end: BEGINNING + 2_592_000 },
  });
  const plain = price({ id: 'price_plain', unit_amount: 1000, recurring });
  wire.edit(subscription.id, {
    items: {
      data: [
        item(0, { ...tiered, recurring }, 8),
        ...Array.from({ length: 11 }, (_, index) => item(index + 1, plain, 1)),
      ],
    },
  });
  return subscription.id;
};

const told = async (path: string): Promise<JsonObject> => {
  const answer = await fetch(wire.url + path, { headers: { Authorization: `Bearer ${READ_KEY}` } });
  return (await answer.json()) as JsonObject;
};

const deliver = async (object: JsonObject) => {
  const body = JSON.stringify(
    eventOf('customer.subscription.updated', object, { created: BEGINNING + 3000 }),
  );
  const response = await fetch(`${api.url}/webhooks/stripe/acme`, {
    method: 'POST',
    headers: { 'Stripe-Signature': signatureOf(body, SECRET, NOW) },
    body,
  });
  return (await response.json()) as JsonObject;
};

const held = () =>
  api.db.withTenant('acme', async (tx) => {
    const [row] = await tx.query<{ data: { items?: unknown[]; mrr?: unknown } }>(
      `select data from entity_versions where kind = 'subscription' and valid_to is null`,
    );
    return row?.data;
  });

test('what a webhook leaves out of a subscription is read at once, its tiers too', async () => {
  const id = await subscribed();
  const cut = await told(`/v1/subscriptions/${id}`);
  expect(cut['items']).toMatchObject({ has_more: true });
  expect(JSON.stringify(cut)).not.toContain('"tiers":');
  expect(await deliver(cut)).toMatchObject({ outcome: 'accepted' });
  await expect
    .poll(async () => (await held())?.items?.length, { timeout: 60_000, interval: 100 })
    .toBe(12);
  // Five at 7 and three at 6 dollars by graduated tiers, and eleven at 10.
  expect((await held())?.mrr).toEqual({ minor: 3500 + 1800 + 11_000, currency: 'USD' });
});
