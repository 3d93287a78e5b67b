import type { Json, JsonObject } from '../../../domain/json.ts';
import { codeOf, type StripeApi } from './client.ts';
import { allOf } from './reader.ts';

/** Whether something of a subscription that its price depends on is told by calls of its own alone. Pure. */
export const isCut = (subscription: JsonObject): boolean =>
  itemsOf(subscription)['has_more'] === true || itemsIn(subscription).some(lacksTiers);

/** A subscription with what Stripe leaves out: items beyond the tenth, and the tiers of prices. */
export const wholeSubscription = async (
  api: StripeApi,
  subscription: JsonObject,
): Promise<JsonObject> => {
  const listed = await withAllItems(api, subscription);
  const items: JsonObject[] = [];
  for (const item of itemsIn(listed)) {
    items.push(lacksTiers(item) ? { ...item, price: await withTiers(api, priceOf(item)) } : item);
  }
  return { ...listed, items: { ...itemsOf(listed), data: items } };
};

/** A list inside an object ends after ten; the rest is a list of its own. */
const withAllItems = async (api: StripeApi, subscription: JsonObject): Promise<JsonObject> => {
  const items = itemsOf(subscription);
  if (items['has_more'] !== true) return subscription;
  const data = await allOf(api, '/v1/subscription_items', {
    subscription: textOf(subscription['id']),
  });
  return { ...subscription, items: { ...items, data, has_more: false } };
};

/** Without them where the key may not read prices, or the price is gone: then what it comes to is not known. */
const withTiers = async (api: StripeApi, price: JsonObject): Promise<JsonObject> => {
  const path = `/v1/prices/${encodeURIComponent(textOf(price['id']))}?expand[]=tiers`;
  try {
    return await api.get(path);
  } catch (error) {
    if (['stripe_not_permitted', 'stripe_gone'].includes(codeOf(error) ?? '')) return price;
    throw error;
  }
};

const lacksTiers = (item: JsonObject): boolean => {
  const { billing_scheme: scheme, tiers } = priceOf(item);
  return scheme === 'tiered' && !Array.isArray(tiers);
};

const priceOf = (item: JsonObject): JsonObject => objectOf(item['price'] ?? item['plan']);

const itemsOf = (subscription: JsonObject): JsonObject => objectOf(subscription['items']);

const itemsIn = (subscription: JsonObject): JsonObject[] => {
  const { data } = itemsOf(subscription);
  return Array.isArray(data) ? data.map(objectOf) : [];
};

const objectOf = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
