import { z } from 'zod';
import { VERDICTS } from '../act/verdicts/verdict-store.ts';
import { getCaseRoute } from '../api/cases.ts';
import { giveVerdictRoute } from '../api/verdicts.ts';
import { inputError } from '../domain/errors.ts';
import { defineCommand } from './define.ts';
import { casePage } from './pages/case-page.ts';

export default defineCommand({
  id: 'case',
  group: 'Look',
  summary: 'One case: why it is open, what was decided and done; say whether it was right',
  arguments: [
    { name: 'id', description: 'as `retinue cases` lists it' },
    { name: 'verb', description: 'to judge it', optional: true, choices: ['verdict'] },
    {
      name: 'verdict',
      description: 'right, wrong (ends it), known already (ends it), or snooze until a day',
      optional: true,
      choices: VERDICTS,
    },
  ],
  options: [
    { flags: '--full', description: 'with the whole text of messages and tasks' },
    { flags: '--until <date>', description: 'with snooze: the day on which it may come up again' },
    { flags: '--note <text>', description: 'with a verdict: anything worth keeping' },
  ],
  examples: [
    'case case-7f3k2m9qh4tz',
    'case case-7f3k2m9qh4tz verdict right',
    'case case-7f3k2m9qh4tz verdict snooze --until 2027-01-31 --note "they are moving office"',
  ],
  beside: 'api',
  decides: (given) => given.verb !== undefined,
  input: z.object({
    id: z.string().min(1),
    verb: z.enum(['verdict']).optional(),
    verdict: z.enum(VERDICTS).optional(),
    full: z.boolean().default(false),
    until: z.iso.date('it must be a day, such as 2027-01-31').optional(),
    note: z.string().optional(),
  }),
  run: async (context, { id, verb, verdict, full, until, note }) => {
    const client = await context.client();
    if (verb !== undefined) {
      if (verdict === undefined) {
        throw inputError('invalid_input', `say which: verdict ${VERDICTS.join(' | ')}`);
      }
      await client.call(giveVerdictRoute, { params: { id }, body: { verdict, until, note } });
    }
    const view = await client.call(getCaseRoute, { params: { id } });
    return { json: view, human: (terminal) => casePage(terminal, view, { full }) };
  },
});
