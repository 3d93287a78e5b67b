import type { JsonObject } from '../../../../domain/json.ts';
import {
  customerRef,
  dayOf,
  defineMapper,
  instantOf,
  NO_CUSTOMER,
  type MappingContext,
} from '../define.ts';
import { idOf } from '../shapes.ts';
import {
  subscriptionProgress,
  subscriptionShape,
  type StripeSubscription,
} from '../subscription-shape.ts';

export default defineMapper<StripeSubscription>({
  id: 'trial',
  title: 'Trials',
  reads: 'subscription',
  schema: subscriptionShape,
  progress: subscriptionProgress,
  map: (subscription, _occasion, context) => {
    const ref = customerRef(subscription.customer);
    if (ref === null) return { ignored: NO_CUSTOMER };
    const payload = fieldsOf(subscription, context);
    if (payload === null) return { changes: [] };
    return { changes: [{ type: 'trial.changed', key: subscription.id, ref, payload }] };
  },
  past: (subscription, context) => {
    const ref = customerRef(subscription.customer);
    const payload = fieldsOf(subscription, context);
    const { trial_start: start } = subscription;
    if (ref === null || payload === null || typeof start !== 'number') return [];
    const running = { ...payload, status: 'running' };
    return [
      { type: 'trial.changed', key: subscription.id, ref, payload: running, at: instantOf(start) },
    ];
  },
});

/** `null` where the subscription has no trial. */
const fieldsOf = (
  subscription: StripeSubscription,
  { zone }: MappingContext,
): JsonObject | null => {
  const { trial_start: start, trial_end: end } = subscription;
  if (typeof start !== 'number' || typeof end !== 'number') return null;
  const method = idOf(subscription.default_payment_method) ?? idOf(subscription.default_source);
  return {
    trialId: subscription.id,
    subscriptionId: subscription.id,
    startedOn: dayOf(start, zone),
    endsOn: dayOf(end, zone),
    status: statusOf(subscription, end),
    // The customer's default may pay as well, so only its presence here is certain.
    paymentMethodKnown: method === null ? null : true,
  };
};

const statusOf = (
  { status, ended_at: endedAt, canceled_at: canceledAt }: StripeSubscription,
  end: number,
) => {
  if (status === 'trialing') return 'running';
  if (status === 'paused' || status === 'incomplete_expired') return 'ended';
  const over = endedAt ?? (status === 'canceled' ? canceledAt : null);
  return typeof over === 'number' && over <= end ? 'ended' : 'converted';
};
