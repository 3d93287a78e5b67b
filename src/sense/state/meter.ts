import { z } from 'zod';
import { defineEntity } from './define.ts';
import { identifier, instant, shortText } from './fields.ts';

const whole = z.strictObject({
  meterId: identifier,
  name: shortText.min(1),
  /** What usage events are called. */
  eventName: identifier,
  aggregation: z.enum(['sum', 'count', 'last', 'max']),
  status: z.enum(['active', 'inactive']),
  /** Usage that the billing system could not count, and why: it is not billed. */
  refused: z.strictObject({ at: instant, events: z.int(), reason: shortText }).optional(),
});

export type Meter = z.infer<typeof whole>;

/** What counts metered usage for billing. */
export default defineEntity({
  kind: 'meter',
  title: 'Usage meter',
  whole,
  keyField: 'meterId',
  tenantWide: true,
});
