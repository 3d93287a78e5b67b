import { z } from 'zod';
import { identifier, text } from '../fields.ts';

const stage = z.strictObject({
  id: identifier,
  name: text,
  standing: z
    .enum(['open', 'won', 'lost'])
    .default('open')
    .describe('What it means: still open, or how it ended.'),
});

export const dealsFile = z.strictObject({
  stages: z
    .array(stage)
    .default([])
    .describe('In the order in which a deal passes through them. None: no deals are kept.'),
  /** Where playbooks put a deal. */
  automation: z
    .strictObject({
      found: identifier.describe('The stage of a deal whose need was seen.'),
      offered: identifier.describe('The stage of a deal that was offered to the customer.'),
    })
    .optional()
    .describe('Stages that playbooks open deals in and move them to; a person’s move ends that.'),
});
