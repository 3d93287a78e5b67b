import { z } from 'zod';
import { currency, expandable, flag, id, seconds, text } from './shapes.ts';

/** A customer. Its balance was called `account_balance` before 2019-10-17. */
export const customerShape = z.looseObject({
  id,
  created: seconds,
  name: text,
  email: text,
  description: text,
  currency: currency.nullish(),
  balance: z.number().int().nullish(),
  account_balance: z.number().int().nullish(),
  delinquent: flag,
  default_source: expandable,
  invoice_settings: z.looseObject({ default_payment_method: expandable }).nullish(),
  preferred_locales: z.array(z.string()).nullish(),
  address: z.looseObject({ country: text }).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
});

export type StripeCustomer = z.infer<typeof customerShape>;
