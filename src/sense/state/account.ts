import { z } from 'zod';
import { defineEntity } from './define.ts';
import { day, identifier, shortText } from './fields.ts';

const whole = z.strictObject({
  /** The external id in the source that sends it; binds the event's link to an account. */
  accountId: identifier,
  name: shortText.min(1),
  domain: shortText.optional(),
  industry: shortText.optional(),
  country: shortText.optional(),
  /** IANA zone of the customer, for quiet hours. */
  zone: shortText.optional(),
  /** An owner id from the tenant's files. */
  ownerId: identifier.optional(),
  parentAccountId: identifier.optional(),
  signedUpOn: day.optional(),
  /** Set by a dated churn record; a flag without a date is not a fact. */
  churnedOn: day.optional(),
  churnReason: shortText.optional(),
  /** Ids by which the source says that other systems know it, such as a CRM's id in a billing system's metadata. */
  keys: z.record(z.string().max(100), shortText).optional(),
});

export type Account = z.infer<typeof whole>;

export default defineEntity({
  kind: 'account',
  title: 'Account',
  whole,
  keyField: 'accountId',
});
