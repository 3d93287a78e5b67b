import { z } from 'zod';
import { defineReadTool } from './define.ts';

const args = z.strictObject({});
const NEWEST = 20;

export default defineReadTool({
  id: 'past_proposals',
  title: 'What was proposed before',
  description:
    'What was proposed for this account before, in any case, and what became of it; the newest first.',
  args,
  read: (_, { past }) =>
    past.slice(0, NEWEST).map(({ tool, step, summary, status, statusReason, at }) => ({
      tool,
      step,
      summary,
      status,
      statusReason,
      at,
    })),
});
