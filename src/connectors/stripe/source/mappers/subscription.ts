import type { JsonObject } from '../../../../domain/json.ts';
import type { Money } from '../../../../domain/money.ts';
import {
  customerRef,
  dayOf,
  dayOrNull,
  defineMapper,
  instantOf,
  instantOrNull,
  NO_CUSTOMER,
  stageAt,
  type MappingContext,
} from '../define.ts';
import { stripeMoney } from '../money.ts';
import { idOf, shortened } from '../shapes.ts';
import {
  leadingItem,
  periodOf,
  pricedItems,
  recurringRevenue,
  subscriptionProgress,
  subscriptionShape,
  whyUnknown,
  type PricedItem,
  type StripeSubscription,
} from '../subscription-shape.ts';

/** How Stripe's statuses (https://docs.stripe.com/billing/subscriptions/overview) are called here. */
const STATUS = {
  // The first payment is outstanding: nothing is sold to somebody who has not paid yet.
  incomplete: 'past_due',
  incomplete_expired: 'ended',
  trialing: 'trialing',
  active: 'active',
  past_due: 'past_due',
  unpaid: 'past_due',
  paused: 'paused',
  canceled: 'ended',
} as const;

export default defineMapper<StripeSubscription>({
  id: 'subscription',
  title: 'Subscriptions and their items',
  reads: 'subscription',
  schema: subscriptionShape,
  progress: subscriptionProgress,
  map: (subscription, _occasion, context) => {
    const ref = customerRef(subscription.customer);
    if (ref === null) return { ignored: NO_CUSTOMER };
    const payload = { ...fieldsOf(subscription, context), ...pricesOf(subscription, context) };
    return { changes: [{ type: 'subscription.changed', key: subscription.id, ref, payload }] };
  },
  /** That it began, and its trial: terms of back then are not known, so those of now stand for them. */
  past: (subscription, context) => {
    const ref = customerRef(subscription.customer);
    if (ref === null) return [];
    const whole = { ...fieldsOf(subscription, context), ...pricesOf(subscription, context) };
    const open = { endedOn: null, cancelsOn: null, cancellationReason: null };
    const { trial_start: trialStart, trial_end: trialEnd } = subscription;
    const begun = subscription.start_date ?? subscription.start ?? subscription.created;
    const inTrial = typeof trialStart === 'number' && typeof trialEnd === 'number';
    const stages = [
      { seconds: begun, status: inTrial && trialStart <= begun ? 'trialing' : 'active', ...open },
      ...(inTrial && hasPassed(subscription, trialEnd)
        ? [{ seconds: trialEnd, status: 'active', ...open }]
        : []),
      ...(typeof subscription.ended_at === 'number'
        ? [{ seconds: subscription.ended_at, status: 'ended' }]
        : []),
    ];
    return stages.map(({ seconds, ...stage }, index) => ({
      type: 'subscription.changed',
      key: subscription.id,
      ref,
      payload: { ...whole, ...stage },
      at: stageAt(seconds, index),
    }));
  },
});

const hasPassed = ({ status, ended_at: endedAt }: StripeSubscription, trialEnd: number): boolean =>
  status !== 'trialing' && (endedAt === null || endedAt === undefined || endedAt > trialEnd);

const fieldsOf = (subscription: StripeSubscription, { zone }: MappingContext): JsonObject => {
  const period = periodOf(subscription);
  const status = STATUS[subscription.status];
  const begun = subscription.start_date ?? subscription.start ?? subscription.created;
  const ended = subscription.ended_at ?? (status === 'ended' ? subscription.canceled_at : null);
  const cancels =
    subscription.cancel_at ?? (subscription.cancel_at_period_end === true ? period.end : null);
  const { cancellation_details: details, collection_method: collection, billing } = subscription;
  return {
    subscriptionId: subscription.id,
    status,
    startedOn: dayOf(begun, zone),
    endedOn: dayOrNull(ended, zone),
    trialStartedOn: dayOrNull(subscription.trial_start, zone),
    trialEndsOn: dayOrNull(subscription.trial_end, zone),
    periodStartsAt: instantOrNull(period.start),
    periodEndsAt: instantOrNull(period.end),
    cancelsOn: status === 'ended' ? null : dayOrNull(cancels, zone),
    cancellationReason: shortened(details?.feedback ?? details?.reason),
    collectionPaused: (subscription.pause_collection ?? null) !== null,
    collection: (collection ?? billing) === 'send_invoice' ? 'by_invoice' : 'automatic',
    paymentMethodId: idOf(subscription.default_payment_method) ?? idOf(subscription.default_source),
  };
};

/** What follows from the items. Where Stripe sent only some of them nothing does, and what is known stays. */
const pricesOf = (subscription: StripeSubscription, context: MappingContext): JsonObject => {
  if (subscription.items.has_more === true) return {};
  const items = pricedItems(subscription, context);
  const leading = leadingItem(items, context);
  const interval = leading?.interval;
  return {
    planId: leading?.planId ?? null,
    seats: leading?.quantity ?? null,
    mrr: jsonOf(recurringRevenue(items, 1)),
    mrrUnknown: shortened(whyUnknown(items)),
    interval: interval === 'month' || interval === 'year' ? interval : null,
    items: items.map(itemOf),
  };
};

const itemOf = (item: PricedItem): JsonObject => ({
  itemId: item.itemId,
  planId: item.planId,
  priceId: item.priceId,
  ...(item.quantity === null ? {} : { quantity: item.quantity }),
  ...(item.unitAmount === null
    ? {}
    : { unitPrice: jsonOf(stripeMoney(item.unitAmount, item.currency)) }),
  ...(item.meterId === null ? {} : { meterId: item.meterId }),
  ...(item.periodStart === null ? {} : { periodStartsAt: instantOf(item.periodStart) }),
  ...(item.periodEnd === null ? {} : { periodEndsAt: instantOf(item.periodEnd) }),
});

const jsonOf = (value: Money | null): JsonObject | null => (value === null ? null : { ...value });
