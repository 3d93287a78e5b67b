import { z } from 'zod';
import { defineEntity } from './define.ts';
import { identifier, instant, shortText } from './fields.ts';

const whole = z.strictObject({
  touchId: identifier,
  at: instant,
  channel: z.enum(['email', 'call', 'meeting', 'in_app', 'letter', 'other']),
  /** `out`: we reached out, and it counts towards the contact cap. `in`: they did. */
  direction: z.enum(['out', 'in']),
  contactId: identifier.optional(),
  by: shortText.optional(),
  /** What became of one within the product. */
  outcome: z.enum(['seen', 'dismissed', 'clicked']).optional(),
  /** Ours, when the outbox sent it. */
  actionId: identifier.optional(),
});

export type Touch = z.infer<typeof whole>;

export default defineEntity({
  kind: 'touch',
  title: 'Contact made, by anyone',
  whole,
  keyField: 'touchId',
});
