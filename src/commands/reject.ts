import { z } from 'zod';
import { rejectRoute } from '../api/approvals.ts';
import { defineCommand } from './define.ts';
import { decidedText } from './pages/decided-text.ts';

export default defineCommand({
  id: 'reject',
  group: 'Decide',
  summary: 'Reject what an approval shows, saying why',
  arguments: [{ name: 'id', description: 'as `retinue approvals` lists it' }],
  options: [{ flags: '--note <text>', description: 'why; required' }],
  examples: ['reject appr-7f3k2m9qh4tz --note "they have asked us to wait until January"'],
  beside: 'api',
  decides: true,
  input: z.object({
    id: z.string().min(1),
    note: z.string({ error: 'say why: --note "…"' }).min(1, 'say why: --note "…"'),
  }),
  run: async (context, { id, note }) => {
    const client = await context.client();
    const answer = await client.call(rejectRoute, { params: { id }, body: { note } });
    return {
      json: answer,
      human: (terminal) => decidedText(terminal, answer, context.server !== null),
    };
  },
});
