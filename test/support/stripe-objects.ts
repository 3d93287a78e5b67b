import type { JsonObject } from '../../src/domain/json.ts';

/** Objects in the forms of Stripe's API, of 2026 unless said otherwise. */

let serial = 0;

export const eventOf = (
  type: string,
  object: JsonObject,
  more: JsonObject = {},
): JsonObject & { readonly id: string } => ({
  id: `evt_${String((serial += 1))}`,
  object: 'event',
  type,
  created: 1_790_000_000,
  livemode: false,
  api_version: '2026-10-28.endive',
  data: { object },
  ...more,
});

export const customer = (more: JsonObject = {}): JsonObject => ({
  id: 'cus_1',
  object: 'customer',
  created: 1_780_000_000,
  name: 'Globex',
  email: 'billing@globex.example',
  currency: 'usd',
  balance: -500,
  delinquent: false,
  livemode: false,
  metadata: {},
  ...more,
});

export const price = (more: JsonObject = {}): JsonObject => ({
  id: 'price_growth_month',
  object: 'price',
  currency: 'usd',
  product: 'prod_growth',
  unit_amount: 4900,
  billing_scheme: 'per_unit',
  recurring: { interval: 'month', interval_count: 1, usage_type: 'licensed', meter: null },
  ...more,
});

const PERIOD = { current_period_start: 1_789_000_000, current_period_end: 1_791_592_000 };

/** Periods on its items, as since 2025-03-31. */
export const subscription = (more: JsonObject = {}): JsonObject => ({
  id: 'sub_1',
  object: 'subscription',
  customer: 'cus_1',
  status: 'active',
  created: 1_780_000_000,
  start_date: 1_780_000_000,
  collection_method: 'charge_automatically',
  items: {
    object: 'list',
    has_more: false,
    data: [{ id: 'si_1', object: 'subscription_item', quantity: 12, price: price(), ...PERIOD }],
  },
  livemode: false,
  ...more,
});

/** The same before 2025-03-31. */
export const olderSubscription = (more: JsonObject = {}): JsonObject =>
  subscription({
    ...PERIOD,
    items: {
      object: 'list',
      has_more: false,
      data: [{ id: 'si_1', object: 'subscription_item', quantity: 12, price: price() }],
    },
    ...more,
  });

export const invoice = (more: JsonObject = {}): JsonObject => ({
  id: 'in_1',
  object: 'invoice',
  customer: 'cus_1',
  status: 'draft',
  currency: 'usd',
  created: 1_789_000_000,
  amount_due: 58_800,
  amount_paid: 0,
  amount_remaining: 58_800,
  attempt_count: 0,
  collection_method: 'charge_automatically',
  parent: { type: 'subscription_details', subscription_details: { subscription: 'sub_1' } },
  status_transitions: { finalized_at: null, paid_at: null },
  livemode: false,
  ...more,
});

export const charge = (more: JsonObject = {}): JsonObject => ({
  id: 'ch_1',
  object: 'charge',
  customer: 'cus_1',
  amount: 58_800,
  amount_refunded: 0,
  currency: 'usd',
  created: 1_789_003_600,
  status: 'succeeded',
  paid: true,
  disputed: false,
  payment_method: 'pm_1',
  payment_method_details: { type: 'card', card: { brand: 'visa' } },
  livemode: false,
  ...more,
});
