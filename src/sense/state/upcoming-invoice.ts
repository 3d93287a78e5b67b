import { z } from 'zod';
import { defineEntity } from './define.ts';
import { amount, day, identifier, instant } from './fields.ts';

const whole = z.strictObject({
  /** Its subscription's id: there is one at a time. */
  upcomingId: identifier,
  subscriptionId: identifier.optional(),
  amountDue: amount,
  /** The day on which it will be made. */
  dueOn: day,
  periodStartsAt: instant.optional(),
  periodEndsAt: instant.optional(),
});

export type UpcomingInvoice = z.infer<typeof whole>;

/** What the next invoice will be if nothing changes, as it was announced. */
export default defineEntity({
  kind: 'upcoming_invoice',
  title: 'Upcoming invoice',
  whole,
  keyField: 'upcomingId',
});
