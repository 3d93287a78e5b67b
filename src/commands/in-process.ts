import type { Wake } from '../api/define.ts';
import { LIVE } from '../domain/case.ts';
import { mindsOf } from '../outside.ts';
import type { System } from '../system.ts';

/** Stands in for the worker where none runs: what a command woke is done before it ends. */
export interface InProcess {
  readonly wake: Wake;
  readonly finish: () => Promise<void>;
}

export const inProcess = (system: () => Promise<System>): InProcess => {
  const ticks = new Set<string>();
  const runs: {
    readonly tenantId: string;
    readonly accountIds: readonly string[];
    readonly reason: string;
  }[] = [];
  return {
    wake: {
      runLine: async (tenantId, accountIds, reason) => {
        runs.push({ tenantId, accountIds, reason });
        ticks.add(tenantId);
      },
      // Webhooks come to a server alone.
      completeSubscription: async () => undefined,
      tick: async (tenantId) => {
        ticks.add(tenantId);
      },
    },
    finish: async () => {
      if (ticks.size === 0) return;
      const { runLine } = await import('../jobs/run-line.ts');
      for (const run of runs.splice(0)) {
        const { db, parts, clock, outside } = await system();
        await runLine({ db, parts, ...mindsOf(outside), world: LIVE, now: clock.now(), ...run });
      }
      const { tickTenant } = await import('../jobs/line/tick-tenant.ts');
      for (const tenantId of ticks) {
        const { db, parts, clock, outside } = await system();
        await tickTenant({ db, tenantId, world: LIVE, now: clock.now(), parts, outside });
      }
      ticks.clear();
    },
  };
};
