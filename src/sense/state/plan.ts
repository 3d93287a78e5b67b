import { z } from 'zod';
import { defineEntity } from './define.ts';
import { amount, identifier, positiveInteger, shortText } from './fields.ts';

const whole = z.strictObject({
  planId: identifier,
  name: shortText.min(1),
  rank: positiveInteger.optional(),
  tier: shortText.optional(),
  seatPrice: amount.optional(),
  limits: z.record(z.string(), z.number().nonnegative()).optional(),
  features: z.array(identifier).optional(),
});

export type PlanState = z.infer<typeof whole>;

/** Plans as a source names them. The tenant's files win where both speak: prices confer power. */
export default defineEntity({
  kind: 'plan',
  title: 'Plan',
  whole,
  keyField: 'planId',
  tenantWide: true,
});
