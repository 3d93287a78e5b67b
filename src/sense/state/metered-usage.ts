import { z } from 'zod';
import { defineEntity } from './define.ts';
import { identifier } from './fields.ts';

const whole = z.strictObject({
  meteredUsageId: identifier,
  meterId: identifier,
  /** Calendar month in UTC, `2026-11`. */
  month: z.string().regex(/^\d{4}-\d{2}$/),
  /** As the billing system has added it up so far: decimal text, since a meter may count fractions. */
  quantity: z.string().regex(/^-?\d+(\.\d+)?$/),
});

export type MeteredUsage = z.infer<typeof whole>;

/** Usage of one customer by one meter in one month, as the billing system counts it. */
export default defineEntity({
  kind: 'metered_usage',
  title: 'Metered usage',
  whole,
  keyField: 'meteredUsageId',
});
