import { z } from 'zod';
import { approveRoute } from '../api/approvals.ts';
import { defineCommand } from './define.ts';
import { decidedText } from './pages/decided-text.ts';

export default defineCommand({
  id: 'approve',
  group: 'Decide',
  summary: 'Approve exactly what an approval shows',
  arguments: [{ name: 'id', description: 'as `retinue approvals` lists it' }],
  options: [{ flags: '--note <text>', description: 'kept with your vote' }],
  examples: ['approve appr-7f3k2m9qh4tz'],
  beside: 'api',
  decides: true,
  input: z.object({ id: z.string().min(1), note: z.string().optional() }),
  run: async (context, { id, note }) => {
    const client = await context.client();
    const answer = await client.call(approveRoute, { params: { id }, body: { note } });
    return {
      json: answer,
      human: (terminal) => decidedText(terminal, answer, context.server !== null),
    };
  },
});
