import { LIVE } from '../domain/case.ts';
import type { Instant } from '../domain/time.ts';
import { mindsOf } from '../outside.ts';
import { currentConfig } from '../platform/config/store.ts';
import { describeError, scoped } from '../platform/log.ts';
import { listTenants } from '../platform/tenant-store.ts';
import type { TenantTx } from '../platform/db/database.ts';
import { accountsOfLinks } from '../sense/identity/binding-store.ts';
import { isShared, leftOut } from '../sense/series/drops.ts';
import { droppedLinks, loadWatches, watchedMetrics } from '../sense/series/hours-store.ts';
import { defineJob, type JobContext } from './define.ts';
import { lookAtDrops } from './line/look-at-drops.ts';
import { runLine } from './run-line.ts';

export default defineJob({
  id: 'sweep-drops',
  title: 'Find sudden drops every 15 minutes, and look at their accounts at once',
  schedule: { everySeconds: 900 },
  run: async (context) => {
    for (const { id: tenantId } of await listTenants(context.db)) {
      context.signal.throwIfAborted();
      await sweep(context, tenantId);
    }
  },
});

const sweep = async (
  { db, clock, parts, outside }: JobContext,
  tenantId: string,
): Promise<void> => {
  const now = clock.now();
  try {
    const accountIds = await db.withTenant(tenantId, (tx) => droppedAccounts(tx, now));
    if (accountIds.length === 0) return;
    const line = { db, tenantId, world: LIVE, now, parts, ...mindsOf(outside) };
    await runLine({ ...line, accountIds, reason: 'drop' });
  } catch (error) {
    scoped({ tenantId, job: 'sweep-drops' }).error(
      describeError(error),
      'the sweep for drops failed; it comes again',
    );
  }
};

const droppedAccounts = async (tx: TenantTx, now: Instant): Promise<readonly string[]> => {
  const config = await currentConfig(tx);
  await lookAtDrops(tx, { config, now });
  const own = (await loadWatches(tx)).filter((watch) => watch.dropped > 0 && !isShared(watch));
  const watched = watchedMetrics(config);
  const linkIds: string[] = [];
  for (const { metric } of own) {
    const drop = watched.get(metric);
    const out = leftOut(config, now);
    if (drop !== undefined) linkIds.push(...(await droppedLinks(tx, metric, { drop, out })));
  }
  return linkIds.length === 0 ? [] : accountsOfLinks(tx, linkIds);
};
