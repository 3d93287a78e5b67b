import type { Trust } from '../../domain/event.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import { addHours, toInstant, type Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { CheckedEvent } from '../events/check.ts';
import { LEAST_WEEK, type DropWatch, type Span, type WeekOverWeek } from './drops.ts';

/** Two weeks to compare, and some hours by which a source may be late. */
const KEPT_HOURS = 15 * 24;

const COLUMNS = {
  tenant_id: 'text',
  link_id: 'text',
  metric: 'text',
  trust: 'text',
  hour: 'timestamptz',
  amount: 'bigint',
};

/** Metrics that the tenant's files watch, with the drop in basis points from which on it is told. */
export const watchedMetrics = (config: TenantConfig): ReadonlyMap<string, number> =>
  new Map(
    config.metrics.flatMap(({ id, kind, drop }) =>
      kind === 'count' && drop !== undefined ? [[id, drop]] : [],
    ),
  );

/**
 * Adds up what was used by the hour. An amount that is told for a whole day has no hour, and what is older than a
 * fortnight is compared with nothing any more.
 */
export const putHours = async (
  tx: TenantTx,
  events: readonly CheckedEvent[],
  config: TenantConfig,
  now: Instant,
): Promise<void> => {
  const watched = watchedMetrics(config);
  const since = addHours(now, -KEPT_HOURS);
  const sums = new Map<string, [string, string, Trust, Instant, number]>();
  for (const { linkId, points, event, payload } of events) {
    if (linkId === null || event.occurredAt < since || 'day' in payload) continue;
    const hour = toInstant(`${event.occurredAt.slice(0, 13)}:00:00.000Z`);
    for (const { metric, quantity } of points) {
      if (!watched.has(metric)) continue;
      const key = [linkId, metric, event.trust, hour].join(' ');
      const sum = sums.get(key) ?? [linkId, metric, event.trust, hour, 0];
      sum[4] += quantity;
      sums.set(key, sum);
    }
  }
  if (sums.size === 0) return;
  await tx.bulkInsert(
    'usage_hours',
    COLUMNS,
    [...sums.values()].map((sum) => [tx.tenantId, ...sum]),
    `on conflict (tenant_id, link_id, metric, trust, hour)
       do update set amount = usage_hours.amount + excluded.amount`,
  );
};

const SUMS = `coalesce(sum(h.amount) filter (where h.hour >= w.until - interval '7 days'), 0)::float8 as recent,
  coalesce(sum(h.amount) filter (where h.hour < w.until - interval '7 days'), 0)::float8 as before`;

/** The two weeks, without what is left out of both; `first` is the number of the first of two parameters. */
const within = (first: number): string =>
  `h.hour >= w.until - interval '14 days' and h.hour < w.until and not exists (
     select 1 from unnest($${first}::timestamptz[], $${first + 1}::timestamptz[]) as o(began, ended)
     where h.hour >= o.began and h.hour < o.ended)`;

const ends = (spans: readonly Span[]): [Instant[], Instant[]] => [
  spans.map(({ from }) => from),
  spans.map(({ to }) => to),
];

/** Both weeks of links, by metric and trust, up to where the source of each metric has told. */
export const weeksOfLinks = (
  tx: TenantTx,
  linkIds: readonly string[],
  out: readonly Span[],
): Promise<(WeekOverWeek & { linkId: string; metric: string; trust: Trust })[]> =>
  tx.query(
    `select h.link_id as "linkId", h.metric, h.trust, w.until, ${SUMS}
     from usage_hours h join drop_watches w using (tenant_id, metric)
     where h.link_id = any($1) and ${within(2)} group by 1, 2, 3, 4`,
    [linkIds, ...ends(out)],
  );

/** What all did together at the last look, by metric. */
export const loadWatches = async (tx: TenantTx): Promise<readonly DropWatch[]> =>
  tx.query<DropWatch>(
    `select metric, looked_at as "lookedAt", until, comparable, dropped from drop_watches order by metric`,
  );

/**
 * Looks at all links of a metric: up to when its source told, how many have a week to compare with, and how many of
 * these dropped. Deletes what is no longer compared with.
 */
export const lookAtAll = async (
  tx: TenantTx,
  metric: string,
  {
    drop,
    out,
    now,
  }: { readonly drop: number; readonly out: readonly Span[]; readonly now: Instant },
): Promise<void> => {
  await tx.query('delete from usage_hours where metric = $1 and hour < $2', [
    metric,
    addHours(now, -KEPT_HOURS),
  ]);
  await tx.query(
    `insert into drop_watches (tenant_id, metric, looked_at, until, comparable, dropped)
     select $1, $2, $4, w.until, count(*) filter (where before >= ${LEAST_WEEK}),
       count(*) filter (where before >= ${LEAST_WEEK} and recent * 10000 < before * (10000 - $3::int))
     from (select max(hour) as until from usage_hours where metric = $2 and hour <= $4) w
     left join lateral (
       select h.link_id, ${SUMS} from usage_hours h where h.metric = $2 and ${within(5)} group by 1) sums on true
     where w.until is not null group by w.until
     on conflict (tenant_id, metric) do update set looked_at = excluded.looked_at, until = excluded.until,
       comparable = excluded.comparable, dropped = excluded.dropped`,
    [tx.tenantId, metric, drop, now, ...ends(out)],
  );
};

/** Links of which a metric dropped since a week ago. */
export const droppedLinks = async (
  tx: TenantTx,
  metric: string,
  { drop, out }: { readonly drop: number; readonly out: readonly Span[] },
): Promise<readonly string[]> => {
  const rows = await tx.query<{ link_id: string }>(
    `select link_id from (
       select h.link_id, ${SUMS} from usage_hours h join drop_watches w using (tenant_id, metric)
       where h.metric = $1 and ${within(3)} group by h.link_id) as sums
     where before >= ${LEAST_WEEK} and recent * 10000 < before * (10000 - $2::int) order by link_id`,
    [metric, drop, ...ends(out)],
  );
  return rows.map(({ link_id }) => link_id);
};
