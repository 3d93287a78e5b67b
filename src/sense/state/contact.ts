import { z } from 'zod';
import { defineEntity } from './define.ts';
import { identifier, shortText } from './fields.ts';

const whole = z.strictObject({
  contactId: identifier,
  name: shortText.min(1),
  email: z.email(),
  role: z.enum(['champion', 'budget_owner', 'executive', 'admin', 'billing', 'user']),
  language: z
    .string()
    .regex(/^[a-z]{2}$/)
    .optional(),
  zone: shortText.optional(),
  /** Absent consent is no consent. Service messages need none. */
  consentContract: z.boolean().optional(),
  consentMarketing: z.boolean().optional(),
  left: z.boolean().optional(),
});

export type ContactState = z.infer<typeof whole>;

export default defineEntity({
  kind: 'contact',
  title: 'Contact',
  whole,
  keyField: 'contactId',
});
