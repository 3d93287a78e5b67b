import { LIVE } from '../domain/case.ts';
import { mindsOf } from '../outside.ts';
import { currentConfig } from '../platform/config/store.ts';
import { listTenants } from '../platform/tenant-store.ts';
import { sweepIsDue, sweepMatches } from '../sense/identity/matching/sweep-matches.ts';
import { defineJob } from './define.ts';
import { runLine } from './run-line.ts';

export default defineJob({
  id: 'match-accounts',
  title: 'Hold what waits for its account against match rules that changed',
  schedule: { everySeconds: 300 },
  run: async ({ db, clock, parts, outside }) => {
    for (const { id: tenantId } of await listTenants(db)) {
      const now = clock.now();
      const sweep = await db.withTenant(tenantId, async (tx) => {
        const options = { now, entities: parts.entities, config: await currentConfig(tx) };
        return (await sweepIsDue(tx, options)) ? sweepMatches(tx, options) : null;
      });
      if (sweep === null || sweep.accountIds.length === 0) continue;
      const { accountIds } = sweep;
      const line = { db, tenantId, world: LIVE, now, parts, ...mindsOf(outside) };
      await runLine({ ...line, reason: 'matching', accountIds });
    }
  },
});
