import type { JsonObject } from '../../../../domain/json.ts';
import type { StripeApi } from '../client.ts';
import { allOf, defineReader, pageOf } from '../reader.ts';
import { wholeSubscription } from '../whole-subscription.ts';

export default defineReader({
  id: 'subscription',
  title: 'Subscriptions with their items',
  order: 30,
  permission: 'Subscriptions',
  page: async (api, place) => {
    const page = await pageOf(api, '/v1/subscriptions', place, { query: { status: 'all' } });
    return { ...page, objects: await allWhole(api, page.objects) };
  },
  ofCustomer: async (api, customer) =>
    allWhole(api, await allOf(api, '/v1/subscriptions', { customer, status: 'all' })),
  holds: { kind: 'subscription', isOver: ({ status }) => status === 'ended' },
});

const allWhole = async (
  api: StripeApi,
  subscriptions: readonly JsonObject[],
): Promise<JsonObject[]> => {
  const objects: JsonObject[] = [];
  for (const subscription of subscriptions)
    objects.push(await wholeSubscription(api, subscription));
  return objects;
};
