import { z } from 'zod';
import { LIVE } from '../domain/case.ts';
import { inputError } from '../domain/errors.ts';
import { dayIn, type Day } from '../domain/time.ts';
import { tickTenant } from '../jobs/line/tick-tenant.ts';
import { runLine, shadowOf, type RunReport } from '../jobs/run-line.ts';
import { mindsOf } from '../outside.ts';
import { currentConfig } from '../platform/config/store.ts';
import { longDay } from '../platform/terminal/format.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import { defineCommand } from './define.ts';
import { hint } from './layout.ts';
import { runLines } from './pages/run-lines.ts';

export default defineCommand({
  id: 'run',
  group: 'Start',
  summary: 'Run the line once over every account: score, open cases, propose, decide, act',
  arguments: [],
  options: [
    {
      flags: '--as-of <date>',
      description:
        'as it would have been at the end of that day, in a shadow world that reaches nobody',
    },
  ],
  examples: ['run', 'run --as-of 2024-12-31'],
  beside: { inServer: 'run' },
  decides: false,
  input: z.object({ asOf: z.iso.date('it must be a day, such as 2024-12-31').optional() }),
  run: async (context, { asOf }) => {
    const { db, parts, clock, outside } = await context.system();
    const tenantId = await context.tenantId();
    const config = await db.withTenant(tenantId, (tx) => currentConfig(tx));
    const onProgress = context.progress.report;
    if (asOf !== undefined && asOf > dayIn(config.zone, clock.now())) {
      throw inputError('invalid_input', `--as-of: ${asOf} has not come yet`);
    }
    const live = { world: LIVE, now: clock.now(), reason: 'command' };
    const when = asOf === undefined ? live : shadowOf(asOf as Day, config);
    const report = await runLine({
      ...{ db, tenantId, parts, ...when, onProgress },
      ...mindsOf(outside),
    });
    // Only decided so far: whatever has no hold goes out now, as the worker would do it.
    if (asOf === undefined) {
      await tickTenant({ db, tenantId, world: LIVE, now: clock.now(), parts, outside });
    }
    return { json: report, human: (terminal) => show(terminal, report, config.name) };
  },
});

const show = (terminal: Terminal, report: RunReport, name: string): string =>
  [
    `${terminal.style.strong(name)} · ${report.asOf === null ? 'live run' : `shadow run as of ${longDay(report.asOf)}, in world ${report.world}`}`,
    ...runLines(terminal, report),
    '',
    hint(terminal, 'cases', 'what is open, and why'),
    ...(report.approvalsPending > 0 ? [hint(terminal, 'approvals', 'what waits for you')] : []),
  ].join('\n');
