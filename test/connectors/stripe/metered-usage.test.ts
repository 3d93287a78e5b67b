import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStripe } from '../../../src/connectors/stripe/source/client.ts';
import metered from '../../../src/connectors/stripe/source/mappers/metered-usage.ts';
import usage from '../../../src/connectors/stripe/source/readers/billing-meter-event-summary.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import { fromEpochMilliseconds } from '../../../src/domain/time.ts';
import { runRecipe } from '../../support/stripe-recipes.ts';
import { READ_KEY, startStripe, type StripeServer } from '../../support/stripe-server.ts';

/** 2026-10-05T12:00:30Z: within a month, and half a minute past a full one. */
const NOW = 1_791_201_630;
const DAY = 86_400;
const now = fromEpochMilliseconds(NOW * 1000);
const OCCASION = { eventType: null, isDeletion: false, at: now, previous: {} };
const CONTEXT = { zone: 'UTC', plans: [], accountKey: null };

let wire: StripeServer;
beforeAll(async () => {
  wire = await startStripe({ now: NOW - 20 * DAY, fixtures: null, clock: () => NOW });
  await runRecipe(wire.url, { name: 'metered', steps: steps() });
});
afterAll(() => wire.close());

const call = (name: string, path: string, params: Record<string, unknown>) => ({
  ...{ name, path, method: 'post' as const, params },
});

const told = (name: string, customer: string, value: number, timestamp: number) =>
  call(name, '/v1/billing/meter_events', {
    ...{ event_name: 'api_calls', timestamp },
    payload: { stripe_customer_id: customer, value },
  });

const steps = () => [
  call('globex', '/v1/customers', { name: 'Globex' }),
  call('initech', '/v1/customers', { name: 'Initech' }),
  call('meter', '/v1/billing/meters', { display_name: 'Calls', event_name: 'api_calls' }),
  call('product', '/v1/products', { name: 'Calls' }),
  call('price', '/v1/prices', {
    ...{ product: '${product:id}', currency: 'usd', unit_amount: 1 },
    recurring: { interval: 'month', usage_type: 'metered', meter: '${meter:id}' },
  }),
  ...['globex', 'initech'].map((name) =>
    call(`${name}-subscribes`, '/v1/subscriptions', {
      ...{ customer: `\${${name}:id}`, items: [{ price: '${price:id}' }] },
    }),
  ),
  told('last-month', '${globex:id}', 1000, NOW - 6 * DAY),
  told('first', '${globex:id}', 40, NOW - 3 * DAY),
  told('second', '${globex:id}', 2, NOW - DAY),
  told('this-minute', '${globex:id}', 500, NOW - 10),
];

/** Everything the reader reads, page by page. */
const read = async (): Promise<readonly JsonObject[]> => {
  const api = await openStripe({ key: READ_KEY, url: wire.url, now: () => now });
  const objects: JsonObject[] = [];
  for (let cursor: string | null = null, more = true; more; more = cursor !== null) {
    const page = await usage.page(api, { cursor, since: null, zone: 'UTC', now });
    objects.push(...page.objects);
    cursor = page.next;
  }
  return objects;
};

test('what the month has counted up to the last full minute is read, customer by customer', async () => {
  const idOf = (name: string) => wire.objects('customer').find((one) => one['name'] === name)?.id;
  const [meter] = wire.objects('billing.meter').map(({ id }) => id);
  const changes = (await read()).map((object) =>
    metered.map(metered.schema.parse(object), OCCASION, CONTEXT),
  );
  const counted = (customer: string | undefined, quantity: string) => ({
    changes: [
      expect.objectContaining({
        type: 'metered_usage.changed',
        ref: expect.objectContaining({ externalId: customer }) as unknown,
        payload: {
          meteredUsageId: `${String(meter)}/${String(customer)}/2026-10`,
          ...{ meterId: meter, month: '2026-10', quantity },
        },
      }) as unknown,
    ],
  });
  expect(changes).toHaveLength(2);
  expect(changes).toEqual(
    expect.arrayContaining([
      counted(idOf('Globex'), '42'),
      counted(idOf('Initech'), '0'),
    ]) as unknown,
  );
});
