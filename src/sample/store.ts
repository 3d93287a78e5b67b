import type { Instant } from '../domain/time.ts';
import type { TenantTx } from '../platform/db/database.ts';

export interface SampleLoad {
  readonly anchor: Instant;
  readonly finishedAt: Instant | null;
}

/** The load of this tenant's sample, begun at `now` if it was not begun before. */
export const beginSampleLoad = async (tx: TenantTx, now: Instant): Promise<SampleLoad> => {
  await tx.query(
    'insert into sample_loads (tenant_id, anchor, started_at) values ($1, $2, $2) on conflict do nothing',
    [tx.tenantId, now],
  );
  const [load] = await tx.query<SampleLoad>(
    'select anchor, finished_at as "finishedAt" from sample_loads where tenant_id = $1',
    [tx.tenantId],
  );
  return load ?? { anchor: now, finishedAt: null };
};

export const finishSampleLoad = async (
  tx: TenantTx,
  events: number,
  now: Instant,
): Promise<void> => {
  await tx.query('update sample_loads set finished_at = $2, events = $3 where tenant_id = $1', [
    tx.tenantId,
    now,
    events,
  ]);
};
