import { z } from 'zod';
import { defineEntity } from './define.ts';
import { amount, day, identifier, instant, positiveInteger, shortText } from './fields.ts';

/** One priced line of it. */
const item = z.strictObject({
  itemId: identifier,
  planId: identifier,
  priceId: identifier.optional(),
  /** Absent where usage is metered. */
  quantity: positiveInteger.optional(),
  /** Price of one unit for one period, rounded to minor units; absent where it depends on the quantity. */
  unitPrice: amount.optional(),
  /** The meter that counts it, where usage is metered. */
  meterId: identifier.optional(),
  periodStartsAt: instant.optional(),
  periodEndsAt: instant.optional(),
});

const whole = z.strictObject({
  subscriptionId: identifier,
  planId: identifier,
  seats: positiveInteger.optional(),
  status: z.enum(['trialing', 'active', 'past_due', 'paused', 'ended']),
  /** Recurring revenue of one month. */
  mrr: amount.optional(),
  /** Why that is not known, where the source says so. */
  mrrUnknown: shortText.optional(),
  startedOn: day,
  /** Known from that day on; the day itself is no longer served. */
  endedOn: day.optional(),
  interval: z.enum(['month', 'year']).optional(),
  items: z.array(item).max(200).optional(),
  trialStartedOn: day.optional(),
  /** The first day after the trial. */
  trialEndsOn: day.optional(),
  /** The billing period under way; of several items, the one that ends first. */
  periodStartsAt: instant.optional(),
  periodEndsAt: instant.optional(),
  /** It has been cancelled and is served until then. */
  cancelsOn: day.optional(),
  cancellationReason: shortText.optional(),
  /** Invoices are made and not collected. */
  collectionPaused: z.boolean().optional(),
  collection: z.enum(['automatic', 'by_invoice']).optional(),
  paymentMethodId: identifier.optional(),
});

export type Subscription = z.infer<typeof whole>;

export default defineEntity({
  kind: 'subscription',
  title: 'Subscription',
  whole,
  keyField: 'subscriptionId',
});
