import { LIVE } from '../domain/case.ts';
import type { QueueRun } from '../platform/queue.ts';
import { describeError, scoped } from '../platform/log.ts';
import { defineJob, type JobContext } from './define.ts';
import { listTenants } from '../platform/tenant-store.ts';
import { tickTenant } from './line/tick-tenant.ts';

export default defineJob({
  id: 'tick',
  title: 'What has come due: rounds, approvals, holds, tasks, effects',
  schedule: { everySeconds: 10 },
  run: async (context, { tenantId }) => {
    const tenants =
      typeof tenantId === 'string'
        ? [tenantId]
        : (await listTenants(context.db)).map(({ id }) => id);
    for (const id of tenants) {
      context.signal.throwIfAborted();
      await tickOne(context, id);
    }
  },
});

/** One tenant's fault is not the others'. */
const tickOne = async (
  { db, clock, parts, outside, send }: JobContext & Pick<QueueRun, 'send'>,
  tenantId: string,
): Promise<void> => {
  try {
    const { changed } = await tickTenant({
      db,
      tenantId,
      world: LIVE,
      now: clock.now(),
      parts,
      outside,
    });
    if (changed.length > 0)
      await send('run-line', { tenantId, accountIds: [...changed], reason: 'ingest' });
  } catch (error) {
    scoped({ tenantId, job: 'tick' }).error(describeError(error), 'tick failed; it comes again');
  }
};
