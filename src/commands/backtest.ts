import { z } from 'zod';
import { backtest } from '../jobs/backtest/look-back.ts';
import { currentConfig } from '../platform/config/store.ts';
import { defineCommand } from './define.ts';
import { backtestPage } from './pages/backtest-page.ts';

const count = (least: number, most: number, usual: number) =>
  z.coerce
    .number(`write a number from ${least} to ${most}`)
    .int(`write a whole number from ${least} to ${most}`)
    .min(least, `write a number from ${least} to ${most}`)
    .max(most, `write a number from ${least} to ${most}`)
    .default(usual);

export default defineCommand({
  id: 'backtest',
  group: 'Prove',
  summary: 'Which lost accounts would have been flagged in time, on your own history',
  arguments: [],
  options: [
    { flags: '--months <number>', description: 'month ends to look back to (default: 12)' },
    {
      flags: '--horizon <days>',
      description: 'a flag is right when the loss follows within (default: 90)',
    },
    { flags: '--playbook <id>', description: 'whose flags (default: churn-save)' },
  ],
  examples: ['backtest --months 12', 'backtest --months 6 --horizon 60 --json'],
  beside: { inServer: 'view' },
  decides: false,
  input: z.object({
    months: count(1, 36, 12),
    horizon: count(7, 365, 90),
    playbook: z.string().default('churn-save'),
  }),
  run: async (context, { months, horizon, playbook }) => {
    const { db, parts, clock } = await context.system();
    const tenantId = await context.tenantId();
    const { name } = await db.withTenant(tenantId, (tx) => currentConfig(tx));
    const result = await backtest({
      db,
      tenantId,
      parts,
      now: clock.now(),
      months,
      horizonDays: horizon,
      playbook,
      onProgress: context.progress.report,
    });
    return { json: result, human: (terminal) => backtestPage(terminal, name, result) };
  },
});
