import type { TenantTx } from '../../platform/db/database.ts';
import type { Trust } from '../../domain/event.ts';
import type { Instant } from '../../domain/time.ts';
import type { Usage } from '../events/usage-points.ts';

export interface UsageEvent {
  readonly linkId: string;
  readonly source: string;
  readonly trust: Trust;
  readonly occurredAt: Instant;
  readonly payload: Usage;
}

/** Usage of links that had occurred by `now` and was accepted by `knownAt`. Reads events: for replaying, not for runs. */
export const usageKnownAt = async (
  tx: TenantTx,
  linkIds: readonly string[],
  now: Instant,
  knownAt: Instant,
): Promise<UsageEvent[]> =>
  tx.query<UsageEvent>(
    `select link_id as "linkId", source, trust, occurred_at as "occurredAt", payload from events
     where link_id = any($1) and type in ('usage.recorded', 'track.received')
       and accepted_day <= $3::timestamptz::date and accepted_at <= $3 and occurred_at <= $2
       and (retracted_at is null or retracted_at > $3)`,
    [linkIds, now, knownAt],
  );
