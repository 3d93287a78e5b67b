import { z } from 'zod';
import { explainAccountRoute } from '../api/accounts.ts';
import { defineCommand } from './define.ts';
import { explanationPage } from './pages/explanation-page.ts';

export default defineCommand({
  id: 'explain',
  group: 'Look',
  summary: 'Why an account’s scores are what they are, and what moved them',
  arguments: [
    { name: 'account', description: 'our id, its id elsewhere, or the beginning of its name' },
  ],
  options: [
    { flags: '--since <date>', description: 'compare with that day (2026-01-31)' },
    { flags: '--facts', description: 'list every fact, with where it comes from' },
  ],
  examples: ['explain "Halcyon Freight"', 'explain acct-7f3k2m9qh4tz --since 2026-10-01'],
  beside: 'api',
  decides: false,
  input: z.object({
    account: z.string().min(1),
    since: z.iso.date('it must be a day, such as 2026-01-31').optional(),
    facts: z.boolean().default(false),
  }),
  run: async (context, input) => {
    const client = await context.client();
    const answer = await client.call(explainAccountRoute, {
      params: { id: input.account },
      query: { since: input.since, world: context.settings.world ?? undefined },
    });
    return {
      json: answer,
      human: (terminal) => explanationPage(terminal, answer, { allFacts: input.facts }),
    };
  },
});
