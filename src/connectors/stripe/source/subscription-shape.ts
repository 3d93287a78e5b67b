import { Decimal } from 'decimal.js';
import { z } from 'zod';
import type { Money } from '../../../domain/money.ts';
import type { MappingContext } from './define.ts';
import { stripeMoney } from './money.ts';
import { tierFields, tieredAmount } from './tiers.ts';
import { currency, expandable, flag, id, idOf, optionalSeconds, seconds, text } from './shapes.ts';

const recurring = z.looseObject({
  interval: z.enum(['day', 'week', 'month', 'year']),
  interval_count: z.number().int().positive().nullish(),
  usage_type: text,
  meter: text,
});

/** A price; before 2020 a plan stood in its place, with the recurrence and the amount on itself. */
const price = z.looseObject({
  id,
  currency,
  product: expandable,
  lookup_key: text,
  billing_scheme: text,
  unit_amount: z.number().nullish(),
  unit_amount_decimal: text,
  amount: z.number().nullish(),
  amount_decimal: text,
  ...tierFields,
  recurring: recurring.nullish(),
  interval: recurring.shape.interval.nullish(),
  interval_count: recurring.shape.interval_count,
  usage_type: text,
  meter: text,
});

type Price = z.infer<typeof price>;

const item = z.looseObject({
  id,
  quantity: z.number().int().nonnegative().nullish(),
  price: price.nullish(),
  // Read only where there is no price; what stands there otherwise is of no account.
  plan: price.nullish().catch(null),
  current_period_start: optionalSeconds,
  current_period_end: optionalSeconds,
});

export const STATUSES = [
  'incomplete',
  'incomplete_expired',
  'trialing',
  'active',
  'past_due',
  'canceled',
  'unpaid',
  'paused',
] as const;

/** A subscription as every understood version has it: its periods on itself, or on its items. */
export const subscriptionShape = z.looseObject({
  id,
  customer: expandable,
  status: z.enum(STATUSES),
  created: seconds,
  start_date: optionalSeconds,
  start: optionalSeconds,
  items: z.looseObject({ data: z.array(item), has_more: flag }),
  current_period_start: optionalSeconds,
  current_period_end: optionalSeconds,
  trial_start: optionalSeconds,
  trial_end: optionalSeconds,
  cancel_at: optionalSeconds,
  cancel_at_period_end: flag,
  canceled_at: optionalSeconds,
  ended_at: optionalSeconds,
  cancellation_details: z.looseObject({ reason: text, feedback: text }).nullish(),
  pause_collection: z.looseObject({}).nullish(),
  collection_method: text,
  billing: text,
  default_payment_method: expandable,
  default_source: expandable,
});

export type StripeSubscription = z.infer<typeof subscriptionShape>;

/** An item with its price, both as far as they are known. */
export interface PricedItem {
  readonly itemId: string;
  readonly priceId: string;
  readonly planId: string;
  readonly interval: 'day' | 'week' | 'month' | 'year';
  readonly intervalCount: number;
  readonly meterId: string | null;
  readonly metered: boolean;
  readonly quantity: number | null;
  /** In Stripe's smallest unit, as decimal text; `null` where it depends on the quantity. */
  readonly unitAmount: string | null;
  /** Of all its units in one period; `null` where usage is metered, or the tiers of the price are not known. */
  readonly amount: string | null;
  readonly currency: string;
  readonly periodStart: number | null;
  readonly periodEnd: number | null;
}

/** The items in their order. One without a price or a period of recurrence is left out. */
export const pricedItems = (
  { items }: StripeSubscription,
  { plans }: Pick<MappingContext, 'plans'>,
): PricedItem[] =>
  items.data.flatMap((each) => {
    const of = each.price ?? each.plan;
    const recurs = of === null || of === undefined ? null : recurrenceOf(of);
    if (of === null || of === undefined || recurs === null) return [];
    const metered = recurs.usageType === 'metered';
    const quantity = metered ? null : (each.quantity ?? 1);
    return [
      {
        itemId: each.id,
        priceId: of.id,
        planId: planOf(of, plans),
        interval: recurs.interval,
        intervalCount: recurs.count,
        meterId: recurs.meter,
        metered,
        quantity,
        unitAmount: unitAmountOf(of),
        amount: quantity === null ? null : amountOf(of, quantity),
        currency: of.currency,
        periodStart: each.current_period_start ?? null,
        periodEnd: each.current_period_end ?? null,
      },
    ];
  });

const recurrenceOf = (of: Price) => {
  const { interval, interval_count: count, usage_type: usageType, meter } = of.recurring ?? of;
  if (interval === null || interval === undefined) return null;
  return { interval, count: count ?? 1, usageType: usageType ?? 'licensed', meter: meter ?? null };
};

const unitAmountOf = (of: Price): string | null => {
  if (of.billing_scheme === 'tiered') return null;
  const exact = of.unit_amount_decimal ?? of.amount_decimal ?? of.unit_amount ?? of.amount;
  return exact === null || exact === undefined ? null : String(exact);
};

const amountOf = (of: Price, quantity: number): string | null => {
  if (of.billing_scheme === 'tiered') {
    return tieredAmount(of.tiers_mode, of.tiers, quantity)?.toString() ?? null;
  }
  const each = unitAmountOf(of);
  return each === null ? null : new Decimal(each).times(quantity).toString();
};

/** The tenant's plan that goes by the price's, its lookup key's or its product's name; else the product, else the price. */
const planOf = (of: Price, plans: MappingContext['plans']): string => {
  const product = idOf(of.product);
  const names = [of.id, of.lookup_key, product].filter((name) => typeof name === 'string');
  const named = plans.find(
    ({ id: planId, aliases = [] }) =>
      names.includes(planId) || aliases.some((alias) => names.includes(alias)),
  );
  return named?.id ?? product ?? of.id;
};

/**
 * The item that the subscription is called after, and whose quantity is its seats: of the licensed ones the one whose
 * plan the tenant ranks highest, then the dearest, then the first.
 */
export const leadingItem = (
  items: readonly PricedItem[],
  { plans }: Pick<MappingContext, 'plans'>,
): PricedItem | null => {
  const rank = ({ planId }: PricedItem) =>
    plans.find(({ id: known }) => known === planId)?.rank ?? -1;
  const worth = (each: PricedItem) => new Decimal(each.amount ?? 0).toNumber();
  const licensed = licensedOf(items);
  const [leading = items[0]] = licensed.toSorted(
    (a, b) => rank(b) - rank(a) || worth(b) - worth(a),
  );
  return leading ?? null;
};

/** Months in one period, by the year's mean: a year of 365 days has 12 months and 52 weeks and a day. */
const MONTHS = {
  day: new Decimal(12).div(365),
  week: new Decimal(12 * 7).div(365),
  month: new Decimal(1),
  year: new Decimal(12),
};

export const monthsOf = ({ interval, intervalCount }: PricedItem): Decimal =>
  MONTHS[interval].times(intervalCount);

/**
 * Recurring revenue of so many months before discounts and taxes: of each licensed item what its units cost ÷ months of
 * its period, rounded once at the end. Usage that is metered does not recur. `null` where `whyUnknown` says why.
 */
export const recurringRevenue = (items: readonly PricedItem[], months: number): Money | null => {
  const [first] = items;
  if (first === undefined || whyUnknown(items) !== null) return null;
  const sum = licensedOf(items).reduce(
    (all, each) => all.plus(new Decimal(each.amount ?? 0).div(monthsOf(each))),
    new Decimal(0),
  );
  return stripeMoney(sum.times(months), first.currency);
};

/** Why recurring revenue cannot be worked out; `null` where it can. */
export const whyUnknown = (items: readonly PricedItem[]): string | null => {
  if (items.length === 0) return 'it has no item with a recurring price';
  if (new Set(items.map((each) => each.currency)).size > 1)
    return 'its items are in several currencies';
  const open = licensedOf(items).find(({ amount }) => amount === null);
  return open === undefined ? null : `what ${open.priceId} costs for its quantity is not known`;
};

const licensedOf = (items: readonly PricedItem[]): PricedItem[] =>
  items.filter(({ metered }) => !metered);

/** The billing period under way: on the subscription, or that of the item which ends first. */
export const periodOf = (
  subscription: StripeSubscription,
): { readonly start: number | null; readonly end: number | null } => {
  const { current_period_start: start, current_period_end: end } = subscription;
  if (end !== null && end !== undefined) return { start: start ?? null, end };
  const [first] = subscription.items.data
    .filter((each) => typeof each.current_period_end === 'number')
    .toSorted((a, b) => (a.current_period_end ?? 0) - (b.current_period_end ?? 0));
  return { start: first?.current_period_start ?? null, end: first?.current_period_end ?? null };
};

const STAGES: Readonly<Record<(typeof STATUSES)[number], number>> = {
  incomplete: 0,
  trialing: 100,
  active: 200,
  past_due: 300,
  paused: 350,
  unpaid: 400,
  incomplete_expired: 900,
  canceled: 900,
};

export const subscriptionProgress = ({ status }: StripeSubscription): number => STAGES[status];
