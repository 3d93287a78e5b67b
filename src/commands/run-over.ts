import { LIVE } from '../domain/case.ts';
import { tickTenant } from '../jobs/line/tick-tenant.ts';
import { runLine, type RunReport } from '../jobs/run-line.ts';
import { mindsOf } from '../outside.ts';
import type { CommandContext } from './context.ts';

/** Accounts of which something new is known are looked at once, as a running server would by itself. */
export const runOver = async (
  context: CommandContext,
  tenantId: string,
  accountIds: readonly string[],
  reason: string,
): Promise<RunReport | null> => {
  if (accountIds.length === 0) return null;
  const { db, parts, clock, outside } = await context.system();
  const line = {
    db,
    tenantId,
    world: LIVE,
    now: clock.now(),
    parts,
    ...mindsOf(outside),
  };
  const onProgress = context.progress.report;
  const report = await runLine({ ...line, accountIds, reason, onProgress });
  await tickTenant({ ...line, now: clock.now(), outside });
  return report;
};
