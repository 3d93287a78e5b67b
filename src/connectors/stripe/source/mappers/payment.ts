import { z } from 'zod';
import type { JsonObject } from '../../../../domain/json.ts';
import { CHARGES, customerRef, defineMapper, instantOf, NO_CUSTOMER } from '../define.ts';
import { stripeMoney } from '../money.ts';
import {
  amount,
  currency,
  expandable,
  flag,
  id,
  idOf,
  seconds,
  shortened,
  text,
} from '../shapes.ts';

const charge = z.looseObject({
  id,
  customer: expandable,
  invoice: expandable,
  payment_intent: expandable,
  payment_method: expandable,
  payment_method_details: z
    .looseObject({ type: text, card: z.looseObject({ brand: text }).nullish() })
    .nullish(),
  amount,
  amount_refunded: amount.nullish(),
  currency,
  created: seconds,
  // Older versions say it by `paid` alone.
  status: z.enum(['pending', 'succeeded', 'failed']).nullish(),
  paid: flag,
  disputed: flag,
  failure_code: text,
  outcome: z
    .looseObject({
      type: text,
      reason: text,
      network_decline_code: text,
      advice_code: text,
      network_advice_code: text,
    })
    .nullish(),
});

type StripeCharge = z.infer<typeof charge>;

const STAGES = { pending: 0, failed: 100, succeeded: 200 } as const;

export default defineMapper<StripeCharge>({
  id: 'payment',
  title: 'Charges, with why they were declined',
  reads: 'charge',
  schema: charge,
  progress: (given) =>
    STAGES[statusOf(given)] + refundedShare(given) + (given.disputed === true ? 200 : 0),
  map: (given) => {
    const ref = customerRef(given.customer);
    if (ref === null) return { ignored: NO_CUSTOMER };
    const payload = fieldsOf(given);
    return { changes: [{ type: 'payment.changed', key: given.id, ref, payload }] };
  },
  /** That it was made; whether it was refunded or disputed came later. */
  past: (given) => {
    const ref = customerRef(given.customer);
    if (ref === null) return [];
    const nothing = { ...stripeMoney(0, given.currency) };
    const payload = { ...fieldsOf(given), amountRefunded: nothing, disputed: false };
    return [{ type: 'payment.changed', key: given.id, ref, payload, at: instantOf(given.created) }];
  },
});

const fieldsOf = (given: StripeCharge): JsonObject => ({
  paymentId: given.id,
  invoiceId: idOf(given.invoice),
  paymentIntentId: idOf(given.payment_intent),
  amount: { ...stripeMoney(given.amount, given.currency) },
  amountRefunded: { ...stripeMoney(given.amount_refunded ?? 0, given.currency) },
  status: statusOf(given),
  at: instantOf(given.created),
  paymentMethodId: idOf(given.payment_method),
  method: shortened(given.payment_method_details?.type),
  brand: shortened(given.payment_method_details?.card?.brand),
  ...declineOf(given),
  disputed: given.disputed ?? false,
  // Refunds and disputes name the charge and not the customer.
  links: [{ source: CHARGES, externalId: given.id }],
});

const statusOf = ({ status, paid }: StripeCharge) =>
  status ?? (paid === true ? 'succeeded' : 'failed');

const refundedShare = ({ amount: whole, amount_refunded: refunded }: StripeCharge): number =>
  whole <= 0 ? 0 : Math.min(99, Math.floor(((refunded ?? 0) * 99) / whole));

/** Codes as Stripe gives them (https://docs.stripe.com/declines/codes); `card_declined` has its reason in the outcome. */
const declineOf = (given: StripeCharge) => {
  const failed = statusOf(given) === 'failed';
  const { outcome } = given;
  return {
    failureCode: failed ? shortened(given.failure_code) : null,
    declineCode: failed ? shortened(outcome?.reason) : null,
    networkDeclineCode: failed ? shortened(outcome?.network_decline_code) : null,
    declineAdvice: failed ? shortened(outcome?.advice_code) : null,
  };
};
