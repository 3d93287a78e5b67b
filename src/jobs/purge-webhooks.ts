import { purgeDeliveries } from '../act/webhooks/delivery-store.ts';
import { addHours } from '../domain/time.ts';
import { listTenants } from '../platform/tenant-store.ts';
import { defineJob } from './define.ts';

const KEPT_HOURS = 30 * 24;

export default defineJob({
  id: 'purge-webhooks',
  title: 'Forget webhook deliveries that were finished a month ago; the feed still has the events',
  schedule: { cron: '50 3 * * *' },
  run: async ({ db, clock, signal }) => {
    for (const { id: tenantId } of await listTenants(db)) {
      signal.throwIfAborted();
      await db.withTenant(tenantId, (tx) =>
        purgeDeliveries(tx, addHours(clock.now(), -KEPT_HOURS)),
      );
    }
  },
});
