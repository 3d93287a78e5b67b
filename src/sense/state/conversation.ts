import { z } from 'zod';
import { defineEntity } from './define.ts';
import { identifier, instant } from './fields.ts';

const whole = z.strictObject({
  messageId: identifier,
  ticketId: identifier,
  from: z.enum(['customer', 'agent']),
  /** Untrusted text. */
  body: z.string().max(20_000),
  at: instant,
});

export type ConversationMessage = z.infer<typeof whole>;

export default defineEntity({
  kind: 'conversation',
  title: 'Support conversation message',
  whole,
  keyField: 'messageId',
});
