import { z } from 'zod';

/** What calls of language models took in all, as `sumUsage` adds it up. */
export const usageShape = z.object({
  calls: z.number().int(),
  failed: z.number().int(),
  inputTokens: z.number().int(),
  outputTokens: z.number().int(),
  cost: z
    .object({ minor: z.number().int(), currency: z.string() })
    .describe('rounded up to a whole minor unit'),
  costNano: z.number().int().describe('exactly: billionths of a minor unit'),
  unpricedCalls: z.number().int().describe('calls of models without a price: not in the cost'),
});
