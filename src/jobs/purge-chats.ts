import { purgeThreads } from '../chat/thread-store.ts';
import { addHours } from '../domain/time.ts';
import { listTenants } from '../platform/tenant-store.ts';
import { defineJob } from './define.ts';

const KEPT_HOURS = 90 * 24;

export default defineJob({
  id: 'purge-chats',
  title: 'Forget chat threads in which nothing was asked for 90 days; what they proposed stands',
  schedule: { cron: '55 3 * * *' },
  run: async ({ db, clock, signal }) => {
    for (const { id: tenantId } of await listTenants(db)) {
      signal.throwIfAborted();
      await db.withTenant(tenantId, (tx) => purgeThreads(tx, addHours(clock.now(), -KEPT_HOURS)));
    }
  },
});
