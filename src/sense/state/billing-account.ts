import { z } from 'zod';
import { defineEntity } from './define.ts';
import { amount, identifier, instant, shortText } from './fields.ts';

const whole = z.strictObject({
  billingAccountId: identifier,
  name: shortText.optional(),
  /** Its latest invoice was not paid in time. */
  delinquent: z.boolean().optional(),
  /** What it owes beyond its invoices; a credit is negative. */
  balance: amount.optional(),
  /** The default of its invoices; a subscription's own comes first. */
  paymentMethodId: identifier.optional(),
  createdAt: instant.optional(),
  deleted: z.boolean().optional(),
});

export type BillingAccount = z.infer<typeof whole>;

/** The account as its billing system keeps it; one account of ours may have several. */
export default defineEntity({
  kind: 'billing_account',
  title: 'Billing account',
  whole,
  keyField: 'billingAccountId',
});
