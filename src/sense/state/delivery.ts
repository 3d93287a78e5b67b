import { z } from 'zod';
import { defineEntity } from './define.ts';
import { identifier, instant } from './fields.ts';

const whole = z.strictObject({
  deliveryId: identifier,
  /** Ours, which sent the message. */
  actionId: identifier,
  at: instant,
  /** `delayed`: it did not arrive, for a reason that may pass. */
  outcome: z.enum(['bounced', 'delayed', 'complained']),
  /** RFC 3463, such as 5.1.1. */
  status: z
    .string()
    .regex(/^\d\.\d{1,3}\.\d{1,3}$/)
    .optional(),
  contactId: identifier.optional(),
});

export type Delivery = z.infer<typeof whole>;

export default defineEntity({
  kind: 'delivery',
  title: 'Message that came back',
  whole,
  keyField: 'deliveryId',
});
