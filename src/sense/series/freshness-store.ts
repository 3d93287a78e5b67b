import type { TenantTx } from '../../platform/db/database.ts';
import type { IncomingEvent, Trust } from '../../domain/event.ts';
import type { Day, Instant } from '../../domain/time.ts';
import type { CheckedEvent } from '../events/check.ts';
import type { FreshnessRow } from './freshness.ts';

const COLUMNS = {
  tenant_id: 'text',
  kind: 'text',
  source: 'text',
  trust: 'text',
  day: 'date',
  last_occurred_at: 'timestamptz',
  last_accepted_at: 'timestamptz',
  events: 'bigint',
};

interface Heard {
  readonly kind: string;
  readonly source: string;
  readonly trust: Trust;
  readonly day: Day;
  lastOccurredAt: Instant;
  events: number;
}

/** Notes which source spoke of which kind or metric, and of which day. */
export const noteFreshness = async (
  tx: TenantTx,
  events: readonly CheckedEvent[],
  now: Instant,
): Promise<void> => {
  const heard = new Map<string, Heard>();
  for (const { event, heardOf, points, day } of events) {
    if (heardOf !== null) note(heard, event, heardOf, day);
    for (const point of points) note(heard, event, point.metric, point.day);
  }
  const rows = [...heard.values()].map((row) => [
    tx.tenantId,
    row.kind,
    row.source,
    row.trust,
    row.day,
    row.lastOccurredAt,
    now,
    row.events,
  ]);
  await tx.bulkInsert(
    'source_freshness',
    COLUMNS,
    rows,
    `on conflict (tenant_id, kind, source, trust, day) do update set
       last_occurred_at = greatest(source_freshness.last_occurred_at, excluded.last_occurred_at),
       last_accepted_at = greatest(source_freshness.last_accepted_at, excluded.last_accepted_at),
       events = source_freshness.events + excluded.events`,
  );
};

const note = (heard: Map<string, Heard>, event: IncomingEvent, kind: string, day: Day): void => {
  const key = `${kind} ${event.source} ${event.trust} ${day}`;
  const known = heard.get(key);
  if (known === undefined) {
    heard.set(key, {
      kind,
      source: event.source,
      trust: event.trust,
      day,
      lastOccurredAt: event.occurredAt,
      events: 1,
    });
    return;
  }
  known.events += 1;
  if (event.occurredAt > known.lastOccurredAt) known.lastOccurredAt = event.occurredAt;
};

/**
 * The rows from `from` to `to`, and of each kind and source the newest before, oldest first. It goes from one kind and
 * source to the next by the index: what was heard in all the years before is never read.
 */
export const loadFreshness = async (tx: TenantTx, from: Day, to: Day): Promise<FreshnessRow[]> =>
  tx.query<FreshnessRow>(
    `with recursive heard as (
       (select kind, source, trust from source_freshness order by kind, source, trust limit 1)
       union all
       select next.* from heard cross join lateral (
         select kind, source, trust from source_freshness
         where (kind, source, trust) > (heard.kind, heard.source, heard.trust) order by kind, source, trust limit 1
       ) as next
     )
     select found.* from heard cross join lateral (
       (select ${ROW} and day < $1 order by day desc limit 1)
       union all
       select ${ROW} and day between $1 and $2
     ) as found order by kind, source, trust, day`,
    [from, to],
  );

const ROW = `kind, source, trust, day, last_occurred_at as "lastOccurredAt", last_accepted_at as "lastAcceptedAt"
        from source_freshness as f where f.kind = heard.kind and f.source = heard.source and f.trust = heard.trust`;

/** Of an event: the kind of entity that it changes or gives a sign of life for, or the metric. */
const KNOWN_KIND = `coalesce(kind, payload->>'metric', substring(type from '^(.*)\\.heartbeat$'))`;

/** As `loadFreshness`, of what was accepted by `knownAt`. Reads events: for replaying, not for runs. */
export const freshnessKnownAt = async (
  tx: TenantTx,
  {
    zone,
    now,
    knownAt,
  }: { readonly zone: string; readonly now: Instant; readonly knownAt: Instant },
): Promise<FreshnessRow[]> =>
  tx.query<FreshnessRow>(
    `select ${KNOWN_KIND} as kind, source, trust,
       coalesce(case when kind is null then (payload->>'day')::date end, (occurred_at at time zone $1)::date) as day,
       max(occurred_at) as "lastOccurredAt", max(accepted_at) as "lastAcceptedAt"
     from events
     where ${KNOWN_KIND} is not null and accepted_day <= $3::timestamptz::date
       and accepted_at <= $3 and occurred_at <= $2 and (retracted_at is null or retracted_at > $3)
     group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
    [zone, now, knownAt],
  );

/** When each source last spoke of each kind or metric. */
export const sourceFreshness = async (
  tx: TenantTx,
): Promise<
  {
    source: string;
    kind: string;
    lastOccurredAt: Instant;
    lastAcceptedAt: Instant;
    events: number;
  }[]
> =>
  tx.query(
    `select source, kind, max(last_occurred_at) as "lastOccurredAt", max(last_accepted_at) as "lastAcceptedAt",
       sum(events)::bigint as events
     from source_freshness group by source, kind order by source, kind`,
  );

/** The days of which a source spoke of a kind or metric, oldest first. */
export interface DaysHeard {
  readonly source: string;
  readonly kind: string;
  readonly days: readonly Day[];
}

export const daysHeard = async (tx: TenantTx, from: Day): Promise<DaysHeard[]> =>
  tx.query<DaysHeard>(
    `select source, kind, array_agg(distinct day::text order by day::text) as days
     from source_freshness where day >= $1 group by source, kind order by source, kind`,
    [from],
  );
