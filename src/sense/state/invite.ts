import { z } from 'zod';
import { defineEntity } from './define.ts';
import { identifier, instant, shortText } from './fields.ts';

const whole = z.strictObject({
  inviteId: identifier,
  outcome: z.enum(['sent', 'accepted', 'rejected']),
  /** `seat_limit` is the one that asks for seats. */
  reason: shortText.optional(),
  at: instant,
});

export type Invite = z.infer<typeof whole>;

export default defineEntity({
  kind: 'invite',
  title: 'Invite of a team member',
  whole,
  keyField: 'inviteId',
});
