import { lastCompleteRun } from '../act/cases/run-store.ts';
import { LIVE } from '../domain/case.ts';
import type { TenantConfig } from '../domain/tenant.ts';
import { dayIn, hourIn, type Instant } from '../domain/time.ts';
import { mindsOf } from '../outside.ts';
import { currentConfig } from '../platform/config/store.ts';
import { describeError, scoped } from '../platform/log.ts';
import { defineJob, type JobContext } from './define.ts';
import { listTenants } from '../platform/tenant-store.ts';
import { runLine } from './run-line.ts';

/** Local hour of the tenant from which the day's run is due: yesterday's data has come in by then. */
const DUE_HOUR = 2;

export default defineJob({
  id: 'daily',
  title: 'Run the line once a day over each tenant, from 02:00 in its own zone',
  schedule: { everySeconds: 60 },
  run: async (context) => {
    for (const { id: tenantId } of await listTenants(context.db)) {
      context.signal.throwIfAborted();
      await runIfDue(context, tenantId);
    }
  },
});

const runIfDue = async (
  { db, clock, parts, outside }: JobContext,
  tenantId: string,
): Promise<void> => {
  const now = clock.now();
  try {
    const isDue = await db.withTenant(tenantId, async (tx) => {
      const last = await lastCompleteRun(tx, LIVE.id);
      return dayIsDue(await currentConfig(tx), last?.now ?? null, now);
    });
    if (!isDue) return;
    const line = { db, tenantId, world: LIVE, now, parts, ...mindsOf(outside) };
    await runLine({ ...line, reason: 'daily' });
  } catch (error) {
    // A tenant whose configuration is missing or broken must not keep the others waiting.
    scoped({ tenantId, job: 'daily' }).error(
      describeError(error),
      'daily run failed; it comes again',
    );
  }
};

/** Whether the tenant's day has begun its working part without a complete run. */
export const dayIsDue = (
  { zone }: Pick<TenantConfig, 'zone'>,
  lastRunAt: Instant | null,
  now: Instant,
): boolean =>
  hourIn(zone, now) >= DUE_HOUR &&
  (lastRunAt === null || dayIn(zone, lastRunAt) < dayIn(zone, now));
