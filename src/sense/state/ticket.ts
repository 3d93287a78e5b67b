import { z } from 'zod';
import { defineEntity } from './define.ts';
import { identifier, instant, shortText } from './fields.ts';

const whole = z.strictObject({
  ticketId: identifier,
  channel: z.enum(['email', 'chat', 'phone', 'widget']).optional(),
  subject: shortText.optional(),
  /** What the customer wrote: untrusted text. */
  body: z.string().max(20_000).optional(),
  status: z.enum(['open', 'pending', 'solved', 'closed']),
  priority: z.enum(['low', 'normal', 'high', 'urgent']).optional(),
  openedAt: instant,
  closedAt: instant.optional(),
  /** 1 (worst) to 5. */
  satisfaction: z.number().min(1).max(5).optional(),
  escalated: z.boolean().optional(),
  /** Seats asked for in it, where the helpdesk or a form says so. */
  seatsRequested: z.number().int().positive().optional(),
});

export type Ticket = z.infer<typeof whole>;

export default defineEntity({
  kind: 'ticket',
  title: 'Ticket',
  whole,
  keyField: 'ticketId',
});
