import type { JsonObject } from '../../../../domain/json.ts';
import { epochMilliseconds, type Instant } from '../../../../domain/time.ts';
import type { StripeApi } from '../client.ts';
import { allOf, defineReader, pageOf } from '../reader.ts';

const SUBSCRIPTIONS_A_PAGE = 20;

export default defineReader({
  id: 'billing.meter_event_summary',
  title: 'Metered usage of this month',
  order: 90,
  permission: 'Billing meters',
  page: async (api, place) => {
    const page = await pageOf(api, '/v1/subscriptions', place, { limit: SUBSCRIPTIONS_A_PAGE });
    const objects: JsonObject[] = [];
    for (const [meter, customer] of metersOf(page.objects)) {
      objects.push(await usageOf(api, meter, customer, place.now));
    }
    return { ...page, objects };
  },
});

/** Which meters count whose usage, each once. */
const metersOf = (subscriptions: readonly JsonObject[]): (readonly [string, string])[] => {
  const pairs = subscriptions.flatMap(({ customer, items }) => {
    const data = ((items as JsonObject | undefined)?.['data'] ?? []) as readonly JsonObject[];
    return data.flatMap(({ price }) => {
      const recurring = (price as JsonObject | undefined)?.['recurring'] as JsonObject | null;
      const meter = recurring?.['meter'];
      return typeof meter === 'string' && typeof customer === 'string'
        ? [[meter, customer] as const]
        : [];
    });
  });
  return [...new Map(pairs.map((pair) => [pair.join(' '), pair])).values()];
};

/** What a meter counted for a customer since the month began, in UTC, up to the last full minute: Stripe wants those. */
const usageOf = async (
  api: StripeApi,
  meter: string,
  customer: string,
  now: Instant,
): Promise<JsonObject> => {
  const month = now.slice(0, 7);
  const start = Date.parse(`${month}-01T00:00:00.000Z`) / 1000;
  const end = Math.floor(epochMilliseconds(now) / 60_000) * 60;
  const summaries =
    end > start
      ? await allOf(api, `/v1/billing/meters/${meter}/event_summaries`, {
          customer,
          start_time: start,
          end_time: end,
        })
      : [];
  const [summary] = summaries;
  return {
    object: 'billing.meter_event_summary',
    id: `${meter}/${customer}/${month}`,
    meter,
    customer,
    month,
    aggregated_value: summary?.['aggregated_value'] ?? 0,
  };
};
