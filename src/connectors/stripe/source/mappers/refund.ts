import { z } from 'zod';
import { CHARGES, customerRef, defineMapper, instantOf } from '../define.ts';
import { stripeMoney } from '../money.ts';
import { amount, currency, expandable, id, idOf, seconds, shortened, text } from '../shapes.ts';

const refund = z.looseObject({
  id,
  charge: expandable,
  customer: expandable,
  amount,
  currency,
  created: seconds,
  status: text,
  reason: text,
  failure_reason: text,
});

type StripeRefund = z.infer<typeof refund>;

const STATUS: Readonly<Record<string, 'pending' | 'succeeded' | 'failed' | 'cancelled'>> = {
  pending: 'pending',
  requires_action: 'pending',
  succeeded: 'succeeded',
  canceled: 'cancelled',
  failed: 'failed',
};

/** A refund that succeeded may still fail, when the bank sends the money back. */
const STAGES = { pending: 0, succeeded: 100, cancelled: 200, failed: 300 } as const;

export default defineMapper<StripeRefund>({
  id: 'refund',
  title: 'Refunds',
  reads: 'refund',
  schema: refund,
  progress: (given) => STAGES[statusOf(given)],
  map: (given) => {
    const paymentId = idOf(given.charge);
    const ref =
      customerRef(given.customer) ??
      (paymentId === null ? null : { source: CHARGES, externalId: paymentId });
    if (ref === null) return { ignored: 'it names neither a customer nor a charge' };
    const payload = {
      refundId: given.id,
      paymentId,
      amount: { ...stripeMoney(given.amount, given.currency) },
      status: statusOf(given),
      at: instantOf(given.created),
      reason: shortened(given.reason),
      failureReason: shortened(given.failure_reason),
    };
    return { changes: [{ type: 'refund.changed', key: given.id, ref, payload }] };
  },
});

const statusOf = ({ status }: StripeRefund) => STATUS[status ?? 'pending'] ?? 'pending';
