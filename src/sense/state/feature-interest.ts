import { z } from 'zod';
import { defineEntity } from './define.ts';
import { day, identifier, shortText } from './fields.ts';

const whole = z.strictObject({
  interestId: identifier,
  /** A feature id from the tenant's files. */
  feature: identifier,
  /** `requested`: the customer asked for it. `sold`: it was promised when they bought. */
  kind: z.enum(['requested', 'sold']),
  on: day,
  note: shortText.optional(),
});

export type FeatureInterest = z.infer<typeof whole>;

export default defineEntity({
  kind: 'feature_interest',
  title: 'Feature asked for or sold',
  whole,
  keyField: 'interestId',
});
