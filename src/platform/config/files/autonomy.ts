import { z } from 'zod';
import { RUNGS } from '../../../domain/decision.ts';

export const autonomyFile = z.strictObject({
  ceiling: z
    .record(
      z.string().regex(/^(\*|[a-z][a-z0-9_-]*\/[a-z][a-z0-9_-]*)$/, {
        error: 'name a `playbook/action`, or `*` for all others',
      }),
      z.enum(RUNGS),
    )
    .default({})
    .describe(
      'The highest rung that a recorded decision may set, by `playbook/action`; `*` for all others (default: approve). Every action starts at observe.',
    ),
});
