import type { TenantTx } from '../../platform/db/database.ts';
import type { IncomingEvent, Trust } from '../../domain/event.ts';
import { BLOCK_DAYS, blockOf, placeOf } from './blocks.ts';
import { parseDays } from './parse-days.ts';
import type { Day } from '../../domain/time.ts';
import type { CheckedEvent } from '../events/check.ts';
import type { UsagePoint } from '../events/usage-points.ts';

interface Row {
  readonly linkId: string;
  readonly metric: string;
  readonly trust: Trust;
  readonly block: number;
  readonly isLevel: boolean;
  readonly sources: string[];
  readonly places: number[];
  readonly amounts: number[];
}

// Places and amounts go as one text a row: joining them by row made the planner compare every row with every point.
const GIVEN = `
  unnest($2::text[], $3::text[], $4::text[], $5::int[], $6::boolean[], $7::text[], $8::text[], $9::text[])
    as given(link_id, metric, trust, block, is_level, sources, places, amounts)`;

const UPDATE = `
  with updated as (
    update usage_series s set
      days = put_days(s.days, given.places::int[], given.amounts::int[], given.is_level),
      sources = case when s.sources @> given.sources::text[] then s.sources
        else array(select distinct unnest(s.sources || given.sources::text[]) order by 1) end
    from ${GIVEN}
    where s.tenant_id = $1 and s.link_id = given.link_id and s.metric = given.metric and s.trust = given.trust
      and s.block = given.block
    returning 1
  ) select count(*) as count from updated`;

const INSERT = `
  insert into usage_series (tenant_id, link_id, metric, trust, block, days, sources)
  select $1, link_id, metric, trust, block,
    put_days(array_fill(null::int, array[${BLOCK_DAYS}]), places::int[], amounts::int[], is_level), sources::text[]
  from ${GIVEN}
  on conflict do nothing`;

/** Adds what events count to the series: counts add up, levels keep the day's highest. */
export const putPoints = async (tx: TenantTx, events: readonly Counting[]): Promise<void> => {
  const rows = gather(events);
  if (rows.length === 0) return;
  const column = <T>(pick: (row: Row) => T): T[] => rows.map(pick);
  const values = [
    tx.tenantId,
    column(({ linkId }) => linkId),
    column(({ metric }) => metric),
    column(({ trust }) => trust),
    column(({ block }) => block),
    column(({ isLevel }) => isLevel),
    column(({ sources }) => arrayText(sources.map(quoted))),
    column(({ places }) => arrayText(places)),
    column(({ amounts }) => arrayText(amounts)),
  ];
  const [updated] = await tx.query<{ count: number }>(UPDATE, values);
  // The rows that were updated are there, so only new ones are inserted: nobody else writes them meanwhile.
  if (updated?.count !== rows.length) await tx.query(INSERT, values);
};

const arrayText = (members: readonly (string | number)[]): string => `{${members.join(',')}}`;

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;

/** What an event counts, and under which link. */
export type Counting = Pick<CheckedEvent, 'linkId' | 'points'> & {
  readonly event: Pick<IncomingEvent, 'source' | 'trust'>;
};

const gather = (events: readonly Counting[]): readonly Row[] => {
  const rows = new Map<string, Row>();
  const dayOf = dayPlaces();
  for (const { linkId, points, event } of events) {
    if (linkId === null) continue;
    for (const point of points) {
      const { block, place } = dayOf(point.day);
      const key = `${linkId} ${event.trust} ${block} ${point.metric}`;
      const row = rows.get(key) ?? newRow(linkId, event.trust, block, point);
      rows.set(key, row);
      if (!row.sources.includes(event.source)) row.sources.push(event.source);
      row.places.push(place);
      row.amounts.push(point.quantity);
    }
  }
  return [...rows.values()];
};

/** Where days stand, each worked out once: block, and place in it from 1 as PostgreSQL counts. */
const dayPlaces = (): ((day: Day) => { readonly block: number; readonly place: number }) => {
  const known = new Map<Day, { readonly block: number; readonly place: number }>();
  return (day) => {
    const found = known.get(day) ?? { block: blockOf(day), place: placeOf(day) + 1 };
    known.set(day, found);
    return found;
  };
};

const newRow = (
  linkId: string,
  trust: Trust,
  block: number,
  { metric, kind }: UsagePoint,
): Row => ({
  linkId,
  metric,
  trust,
  block,
  isLevel: kind === 'level',
  sources: [],
  places: [],
  amounts: [],
});

/** A stored row: 128 days from day 128 × `block`. */
export interface UsageBlock {
  readonly linkId: string;
  readonly metric: string;
  readonly trust: Trust;
  readonly block: number;
  readonly days: readonly (number | null)[];
  readonly sources: readonly string[];
}

const COLUMNS = `link_id as "linkId", metric, trust, block, days::text as days, sources`;

type StoredBlock = Omit<UsageBlock, 'days'> & { readonly days: string };

/**
 * The blocks of links from `from` to `to`, and of each series the first and the last block before: where it begins, and
 * what level it carries on.
 */
export const loadBlocks = async (
  tx: TenantTx,
  linkIds: readonly string[],
  from: number,
  to: number,
): Promise<UsageBlock[]> => {
  const recent = await tx.query<StoredBlock>(
    `select ${COLUMNS} from usage_series where link_id = any($1) and block between $2 and $3`,
    [linkIds, from, to],
  );
  // One pass over the rows: a join of their ends with themselves was walked row by row before tables were analyzed.
  const earlier = await tx.query<StoredBlock>(
    `select link_id as "linkId", metric, trust, block, days::text as days, sources from (
       select *, row_number() over ends as first, count(*) over (partition by link_id, metric, trust) as last
       from usage_series where link_id = any($1) and block < $2
       window ends as (partition by link_id, metric, trust order by block)
     ) as blocks where first = 1 or first = last`,
    [linkIds, from],
  );
  return [...earlier, ...recent].map((block) => ({ ...block, days: parseDays(block.days) }));
};
