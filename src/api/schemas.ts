import { z } from 'zod';

/** Shapes that several resources answer with. Instants are `2026-11-21T22:45:48.000Z`, days `2026-11-21`. */

export const instantText = z.string().describe('a moment in UTC: 2026-11-21T22:45:48.000Z');

export const dayText = z.string().describe('a calendar day in the zone of the tenant: 2026-11-21');

export const moneyShape = z.object({
  minor: z.number().int().describe('minor units: cents for USD'),
  currency: z.string().length(3),
});

export const worldShape = z.object({
  id: z.string(),
  kind: z.enum(['live', 'simulated', 'shadow']),
});

export const reasonShape = z.object({
  input: z.string().describe('the signal, score or alert that it rests on'),
  text: z.string(),
});

export const ruleShape = z.object({
  rule: z.string().describe('a Cedar policy id, a rule of the arbiter, or a rung of autonomy'),
  text: z.string(),
});

/** Any JSON: facts and arguments have the shape that their signal or tool declares. */
export const anyJson = z.unknown();

export const noParams = z.object({});

export const idParam = z.object({ id: z.string().min(1).max(200) });

export const limitQuery = (most: number, standard: number) =>
  z.coerce.number().int().min(1).max(most).default(standard);
