import { z } from 'zod';
import { amount, identifier, text, wholeNumber } from '../fields.ts';

const plan = z.strictObject({
  id: identifier.describe('The id by which subscriptions name the plan.'),
  aliases: z
    .array(text)
    .default([])
    .describe(
      'What other systems call it: in Stripe the ids of its products or prices, or their lookup keys.',
    ),
  name: text,
  rank: wholeNumber.describe('Ordering among plans: a higher plan has a higher rank.'),
  tier: identifier.describe('Tier by which approvals.yaml sets thresholds. Plans may share one.'),
  seatPrice: amount
    .optional()
    .describe(
      'List price of one seat for one month, such as 49.00 USD. Without it no seats are offered.',
    ),
  limits: z
    .record(z.string(), z.number().min(0, 'must not be negative'))
    .default({})
    .describe('Limit by metric of telemetry.yaml. A metric that is left out is unlimited.'),
  features: z
    .array(identifier)
    .default([])
    .describe('Features of telemetry.yaml that it includes.'),
});

export const plansFile = z.strictObject({
  plans: z.array(plan).default([]).describe('What you sell.'),
});
