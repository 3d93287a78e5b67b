import { z } from 'zod';
import { defineEntity } from './define.ts';
import { day, identifier } from './fields.ts';

const whole = z.strictObject({
  trialId: identifier,
  subscriptionId: identifier,
  startedOn: day,
  /** The first day after it. */
  endsOn: day,
  /** `converted`: the subscription went on. `ended`: it did not. */
  status: z.enum(['running', 'converted', 'ended']),
  /** Whether a way to pay is known, without which many trials end. */
  paymentMethodKnown: z.boolean().optional(),
});

export type Trial = z.infer<typeof whole>;

export default defineEntity({ kind: 'trial', title: 'Trial', whole, keyField: 'trialId' });
