import { z } from 'zod';

export const scoresFile = z.strictObject({
  scores: z
    .record(z.string(), z.record(z.string(), z.json()))
    .default({})
    .describe('Weights and thresholds by score that differ from the packaged ones.'),
});
