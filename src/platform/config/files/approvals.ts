import { z } from 'zod';
import { amount, percent } from '../fields.ts';

const threshold = z.strictObject({
  money: amount.describe(
    'A month’s money at stake above which a person decides, in your currency.',
  ),
  discount: percent.describe('Discount above which a person decides.'),
});

export const approvalsFile = z.strictObject({
  expireHours: z
    .number({ error: 'write a number of hours' })
    .positive('must be above zero')
    .max(2160, 'must not be above 90 days (2160)')
    .default(72)
    .describe('A request that nobody has decided expires after so many hours.'),
  thresholds: z
    .record(z.string(), threshold)
    .default({})
    .describe(
      'Bounds by plan tier; `*` for the others (default: every offer of money is decided by a person).',
    ),
});
