import { z } from 'zod';
import { defineReadTool } from './define.ts';

const args = z.strictObject({ score: z.string().min(1).max(100) });

export default defineReadTool({
  id: 'score_receipt',
  title: 'Receipt of a score',
  description:
    'The lines that add up to a score of the account, each with its reason. null when there is no such score.',
  args,
  read: ({ score: id }, { scores }) => {
    const score = scores[id];
    if (score === undefined) return null;
    return {
      value: score.value,
      tier: score.tier,
      status: score.status,
      coverage: score.coverage,
      contributions: score.contributions.map(({ input, points, known, reason }) => ({
        input,
        points,
        known,
        reason,
      })),
    };
  },
});
