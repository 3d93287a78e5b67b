import { endedThreads, forgetThreads } from '../act/cases/thread-store.ts';
import { openCheckpoints } from '../graph/checkpoints.ts';
import { addHours } from '../domain/time.ts';
import { defineJob } from './define.ts';
import { listTenants } from '../platform/tenant-store.ts';

/** What a graph remembers of a round that is over serves nobody but who looks into a fault. */
const KEEP_HOURS = 7 * 24;

const BATCH = 500;

export default defineJob({
  id: 'prune-rounds',
  title: 'Forget the graph threads of rounds that ended a week ago',
  schedule: { cron: '20 3 * * *' },
  run: async ({ db, clock, signal }) => {
    const saver = openCheckpoints(db);
    const before = addHours(clock.now(), -KEEP_HOURS);
    for (const { id: tenantId } of await listTenants(db)) {
      signal.throwIfAborted();
      const threads = await db.withTenant(tenantId, (tx) => endedThreads(tx, before, BATCH));
      for (const thread of threads) await saver.deleteThread(thread);
      await db.withTenant(tenantId, (tx) => forgetThreads(tx, threads));
    }
  },
});
