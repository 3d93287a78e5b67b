import type { JsonObject } from '../../domain/json.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { Usage } from './usage-points.ts';
import type { EntityKey } from '../state/version-store.ts';

/** What is retracted: an import, or what one sender sent (from a moment on). */
export type Selector =
  { readonly importId: string } | { readonly source: string; readonly since: Instant | null };

/** Which events are meant: those of a selector that still count, or those of an earlier retraction. */
export type Chosen = { readonly selector: Selector } | { readonly retractionId: string };

const WHERE = `(
    ($1::text is not null and retraction_id = $1)
    or ($1::text is null and retraction_id is null and (
      import_id = $2 or (source = $3 and ($4::timestamptz is null or accepted_at >= $4))
    ))
  )`;

const valuesOf = (chosen: Chosen): readonly unknown[] => {
  if ('retractionId' in chosen) return [chosen.retractionId, null, null, null];
  const { selector } = chosen;
  return 'importId' in selector
    ? [null, selector.importId, null, null]
    : [null, null, selector.source, selector.since];
};

/** What follows from events, and has to be worked out anew without or with them. */
export interface Affected {
  readonly events: number;
  readonly firstAcceptedAt: Instant | null;
  readonly keys: readonly EntityKey[];
  readonly linkIds: readonly string[];
  readonly usageLinkIds: readonly string[];
  readonly sources: readonly string[];
  /** Links whose account record some of them are. */
  readonly accountLinkIds: readonly string[];
}

export const affectedBy = async (tx: TenantTx, chosen: Chosen): Promise<Affected> => {
  const values = valuesOf(chosen);
  const [total] = await tx.query<{ events: number; first: Instant | null }>(
    `select count(*) as events, min(accepted_at) as first from events where ${WHERE}`,
    values,
  );
  const keys = await tx.query<EntityKey>(
    `select distinct kind, entity_key as key from events where kind is not null and ${WHERE}`,
    values,
  );
  const links = await tx.query<{ linkId: string; isUsage: boolean; isAccount: boolean }>(
    `select link_id as "linkId", bool_or(type in ('usage.recorded', 'track.received')) as "isUsage",
       bool_or(type = 'account.changed') as "isAccount"
     from events where link_id is not null and ${WHERE} group by link_id`,
    values,
  );
  const claimed = await tx.query<{ linkId: string }>(
    `select distinct link_id as "linkId" from link_claims
     where (source, event_id) in (select source, event_id from events where ${WHERE})`,
    values,
  );
  const sources = await tx.query<{ source: string }>(
    `select distinct source from events where ${WHERE}`,
    values,
  );
  const of = (rows: readonly { readonly linkId: string }[]) => rows.map(({ linkId }) => linkId);
  return {
    events: total?.events ?? 0,
    firstAcceptedAt: total?.first ?? null,
    keys,
    linkIds: [...new Set([...of(links), ...of(claimed)])],
    usageLinkIds: of(links.filter(({ isUsage }) => isUsage)),
    sources: sources.map(({ source }) => source),
    accountLinkIds: of(links.filter(({ isAccount }) => isAccount)),
  };
};

/** Marks events, and what they claimed about whose ids are, as retracted. */
export const markRetracted = async (
  tx: TenantTx,
  selector: Selector,
  retractionId: string,
  now: Instant,
): Promise<void> => {
  const values = valuesOf({ selector });
  await tx.query(`update events set retracted_at = $5, retraction_id = $6 where ${WHERE}`, [
    ...values,
    now,
    retractionId,
  ]);
  await tx.query(
    `update link_claims set retracted_at = $2 where source <> '' and retracted_at is null
       and (source, event_id) in (select source, event_id from events where retraction_id = $1)`,
    [retractionId, now],
  );
};

/** Takes the marks away again. */
export const unmarkRetracted = async (tx: TenantTx, retractionId: string): Promise<void> => {
  await tx.query(
    `update link_claims set retracted_at = null where source <> ''
       and (source, event_id) in (select source, event_id from events where retraction_id = $1)`,
    [retractionId],
  );
  await tx.query(
    'update events set retracted_at = null, retraction_id = null where retraction_id = $1',
    [retractionId],
  );
};

/** A link is named as an account for as long as some account record of it counts. */
export const refreshFounding = async (
  tx: TenantTx,
  linkIds: readonly string[],
  now: Instant,
): Promise<void> => {
  await tx.query(
    `update link_claims c set retracted_at = case when named.counts then null else $2::timestamptz end
     from (
       select l.link_id, exists (
         select from events e where e.kind = 'account' and e.entity_key = l.link_id and e.retracted_at is null
       ) as counts
       from links l where l.link_id = any($1)
     ) as named
     where c.link_id = named.link_id and c.parent_link_id = c.link_id and c.source = ''
       and (c.retracted_at is null) <> named.counts`,
    [linkIds, now],
  );
};

export const dropSeries = async (tx: TenantTx, linkIds: readonly string[]): Promise<void> => {
  await tx.query('delete from usage_series where link_id = any($1)', [linkIds]);
};

export interface CountingUsage {
  readonly linkId: string;
  readonly source: string;
  readonly trust: 'client' | 'server';
  readonly occurredAt: Instant;
  readonly payload: Usage;
}

/** Usage of links that counts, batch by batch. */
export const countingUsage = (
  tx: TenantTx,
  linkIds: readonly string[],
): AsyncIterable<CountingUsage[]> =>
  tx.stream<CountingUsage>(
    `select link_id as "linkId", source, trust, occurred_at as "occurredAt", payload from events
     where link_id = any($1) and type in ('usage.recorded', 'track.received') and retracted_at is null`,
    [linkIds],
  );

/** Counts anew of what each source spoke and when, by the events that count. */
export const refreshFreshness = async (
  tx: TenantTx,
  sources: readonly string[],
  config: Pick<TenantConfig, 'zone' | 'metrics'>,
): Promise<void> => {
  const tracked = config.metrics.flatMap(({ id, events }) =>
    events.map((event) => ({ metric: id, event })),
  );
  await tx.query('delete from source_freshness where source = any($1)', [sources]);
  await tx.query(
    `insert into source_freshness (tenant_id, kind, source, trust, day, last_occurred_at, last_accepted_at, events)
     select $1, heard.kind, e.source, e.trust,
       coalesce(case when e.type = 'usage.recorded' then (e.payload->>'day')::date end,
         (e.occurred_at at time zone $3)::date),
       max(e.occurred_at), max(e.accepted_at), count(*)
     from events e
     cross join lateral (
       select coalesce(e.kind, case when e.type = 'usage.recorded' then e.payload->>'metric' end,
         substring(e.type from '^(.*)\\.heartbeat$')) as kind
       union all
       select t.metric from jsonb_to_recordset($4::jsonb) as t(metric text, event text)
       where e.type = 'track.received' and t.event = e.payload->>'event'
     ) as heard
     where e.source = any($2) and e.retracted_at is null and heard.kind is not null
     group by 2, 3, 4, 5`,
    [tx.tenantId, sources, config.zone, JSON.stringify(tracked)],
  );
};

export interface Retraction {
  readonly id: string;
  readonly selector: JsonObject;
  readonly reason: string;
  readonly personId: string;
  readonly at: Instant;
  readonly events: number;
  readonly accounts: number;
  readonly undoneAt: Instant | null;
}

export const insertRetraction = async (
  tx: TenantTx,
  entry: Omit<Retraction, 'undoneAt'>,
): Promise<void> => {
  await tx.query(
    `insert into retractions (tenant_id, retraction_id, selector, reason, person_id, at, events, accounts)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      tx.tenantId,
      entry.id,
      entry.selector,
      entry.reason,
      entry.personId,
      entry.at,
      entry.events,
      entry.accounts,
    ],
  );
};

export const noteUndone = async (
  tx: TenantTx,
  id: string,
  by: string,
  now: Instant,
): Promise<boolean> => {
  const rows = await tx.query(
    `update retractions set undone_at = $2, undone_by = $3 where retraction_id = $1 and undone_at is null
     returning retraction_id`,
    [id, now, by],
  );
  return rows.length > 0;
};

/** Retractions of the tenant, the latest first. */
export const listRetractions = async (tx: TenantTx): Promise<Retraction[]> =>
  tx.query<Retraction>(
    `select retraction_id as id, selector, reason, person_id as "personId", at, events, accounts,
       undone_at as "undoneAt" from retractions order by at desc, retraction_id`,
  );
