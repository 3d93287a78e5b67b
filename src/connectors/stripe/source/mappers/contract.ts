import type { JsonObject } from '../../../../domain/json.ts';
import {
  customerRef,
  dayOf,
  defineMapper,
  instantOf,
  NO_CUSTOMER,
  type MappingContext,
} from '../define.ts';
import {
  leadingItem,
  monthsOf,
  periodOf,
  pricedItems,
  recurringRevenue,
  subscriptionProgress,
  subscriptionShape,
  type StripeSubscription,
} from '../subscription-shape.ts';

/** A shorter term rolls on by itself: nobody talks about its renewal, and it would come up for one all the time. */
const SHORTEST_TERM_MONTHS = 6;

export default defineMapper<StripeSubscription>({
  id: 'contract',
  title: 'Terms of half a year and more, with their renewal',
  reads: 'subscription',
  schema: subscriptionShape,
  progress: subscriptionProgress,
  map: (subscription, _occasion, context) => {
    const ref = customerRef(subscription.customer);
    if (ref === null) return { ignored: NO_CUSTOMER };
    const payload = fieldsOf(subscription, context);
    if (payload === null) return { changes: [] };
    return { changes: [{ type: 'contract.changed', key: subscription.id, ref, payload }] };
  },
  /** That the term under way began. */
  past: (subscription, context) => {
    const ref = customerRef(subscription.customer);
    const payload = fieldsOf(subscription, context);
    const { start } = periodOf(subscription);
    if (ref === null || payload === null || start === null) return [];
    const begun = { ...payload, autoRenews: true, status: 'active' };
    return [
      { type: 'contract.changed', key: subscription.id, ref, payload: begun, at: instantOf(start) },
    ];
  },
});

/** `null` where the term is short, or not known. */
const fieldsOf = (subscription: StripeSubscription, context: MappingContext): JsonObject | null => {
  const items = pricedItems(subscription, context);
  const leading = leadingItem(items, context);
  const { start, end } = periodOf(subscription);
  if (subscription.items.has_more === true || leading === null || start === null || end === null) {
    return null;
  }
  if (monthsOf(leading).lt(SHORTEST_TERM_MONTHS)) return null;
  const annual = recurringRevenue(items, 12);
  const { cancel_at_period_end: atEnd, cancel_at: cancelAt } = subscription;
  const isOver = ['canceled', 'incomplete_expired'].includes(subscription.status);
  return {
    contractId: subscription.id,
    startedOn: dayOf(start, context.zone),
    renewsOn: dayOf(end, context.zone),
    autoRenews: atEnd !== true && typeof cancelAt !== 'number',
    annualValue: annual === null ? null : { ...annual },
    status: isOver ? 'ended' : 'active',
  };
};
