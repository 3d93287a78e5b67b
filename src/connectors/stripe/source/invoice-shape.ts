import { z } from 'zod';
import {
  amount,
  currency,
  expandable,
  flag,
  id,
  idOf,
  optionalSeconds,
  seconds,
  text,
} from './shapes.ts';

const subscriptionDetails = z.looseObject({ subscription: expandable }).nullish();

/** An invoice; one that is only announced has no id. Its subscription stands under `parent` since 2025-03-31. */
export const invoiceShape = z.looseObject({
  id: id.nullish(),
  customer: expandable,
  number: text,
  status: z.enum(['draft', 'open', 'paid', 'uncollectible', 'void']).nullish(),
  currency,
  created: seconds,
  amount_due: amount,
  amount_paid: amount.nullish(),
  amount_remaining: amount.nullish(),
  total: amount.nullish(),
  attempt_count: z.number().int().nonnegative().nullish(),
  attempted: flag,
  billing_reason: text,
  collection_method: text,
  billing: text,
  due_date: optionalSeconds,
  effective_at: optionalSeconds,
  next_payment_attempt: optionalSeconds,
  period_start: optionalSeconds,
  period_end: optionalSeconds,
  status_transitions: z
    .looseObject({
      finalized_at: optionalSeconds,
      marked_uncollectible_at: optionalSeconds,
      paid_at: optionalSeconds,
      voided_at: optionalSeconds,
    })
    .nullish(),
  subscription: expandable,
  parent: z.looseObject({ subscription_details: subscriptionDetails }).nullish(),
});

export type StripeInvoice = z.infer<typeof invoiceShape>;

export const subscriptionOf = ({ subscription, parent }: StripeInvoice): string | null =>
  idOf(subscription) ?? idOf(parent?.subscription_details?.subscription);
