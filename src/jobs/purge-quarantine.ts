import { listTenants } from '../platform/tenant-store.ts';
import { purgeQuarantine } from '../sense/events/quarantine-store.ts';
import { defineJob } from './define.ts';

export default defineJob({
  id: 'purge-quarantine',
  title: 'Delete what was refused a month ago: it may hold personal data',
  schedule: { cron: '40 3 * * *' },
  run: async ({ db, clock, signal }) => {
    for (const { id: tenantId } of await listTenants(db)) {
      signal.throwIfAborted();
      await db.withTenant(tenantId, (tx) => purgeQuarantine(tx, clock.now()));
    }
  },
});
