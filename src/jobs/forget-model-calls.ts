import { modelRulesOf } from '../language-models/rules.ts';
import { giveUpCalls, pruneCalls } from '../language-models/call-store.ts';
import { addDays, addHours, dayIn, startOfDay } from '../domain/time.ts';
import { currentConfig } from '../platform/config/store.ts';
import { describeError, scoped } from '../platform/log.ts';
import { listTenants } from '../platform/tenant-store.ts';
import { defineJob } from './define.ts';

/** A call bears the moment of its run, and a long run lasts hours. */
const GIVEN_UP_HOURS = 24;

export default defineJob({
  id: 'forget-model-calls',
  title:
    'Forget what models were sent and answered, once it was kept for as long as the tenant says; give up calls of the dead',
  schedule: { cron: '20 3 * * *' },
  run: async ({ db, clock, signal }) => {
    for (const { id: tenantId } of await listTenants(db)) {
      signal.throwIfAborted();
      try {
        await db.withTenant(tenantId, async (tx) => {
          const config = await currentConfig(tx);
          const { keepCallsDays } = modelRulesOf(config);
          await giveUpCalls(tx, addHours(clock.now(), -GIVEN_UP_HOURS));
          const first = addDays(dayIn(config.zone, clock.now()), -keepCallsDays);
          await pruneCalls(tx, startOfDay(config.zone, first));
        });
      } catch (error) {
        // A tenant whose configuration is missing must not keep the others from it.
        scoped({ tenantId, job: 'forget-model-calls' }).error(
          describeError(error),
          'forgot nothing',
        );
      }
    }
  },
});
