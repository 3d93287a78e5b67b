import type { TenantConfig } from '../../domain/tenant.ts';
import { addMinutes, type Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { leftOut } from '../../sense/series/drops.ts';
import { loadWatches, lookAtAll, watchedMetrics } from '../../sense/series/hours-store.ts';

/** Looks at all accounts for sudden drops; `unlessWithin` so many minutes it was done already. */
export const lookAtDrops = async (
  tx: TenantTx,
  {
    config,
    now,
    unlessWithin = 0,
  }: { readonly config: TenantConfig; readonly now: Instant; readonly unlessWithin?: number },
): Promise<void> => {
  const watches = new Map((await loadWatches(tx)).map((watch) => [watch.metric, watch]));
  for (const [metric, drop] of watchedMetrics(config)) {
    const last = watches.get(metric)?.lookedAt;
    if (last !== undefined && last > addMinutes(now, -unlessWithin)) continue;
    await lookAtAll(tx, metric, { drop, out: leftOut(config, now), now });
  }
};
