import type { TenantTx } from '../../platform/db/database.ts';
import type { Trust } from '../../domain/event.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Instant } from '../../domain/time.ts';
import type { CheckedEvent } from './check.ts';
import { fingerprintOf } from './fingerprint.ts';

/**
 * One acceptance at a time for each tenant: what follows from an event (versions, bindings, series) is worked out from
 * all events of a key, so two must not do it side by side. Held until the transaction ends.
 */
export const lockAcceptance = async (tx: TenantTx): Promise<void> => {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('accept ' || $1, 0))`, [
    tx.tenantId,
  ]);
};

export interface Sifted {
  readonly fresh: readonly CheckedEvent[];
  readonly duplicates: number;
  /** Of the duplicates: how many say something else under the id of an accepted event. */
  readonly conflicts: number;
}

const keyOf = (source: string, eventId: string): string => `${source} ${eventId}`;

/** Claims the keys of events and keeps those that are new. The only deduplication there is. */
export const sift = async (
  tx: TenantTx,
  events: readonly CheckedEvent[],
  now: Instant,
): Promise<Sifted> => {
  const firsts = new Map<string, CheckedEvent>();
  for (const checked of events) {
    const key = keyOf(checked.event.source, checked.event.eventId);
    if (!firsts.has(key)) firsts.set(key, checked);
  }
  const fresh = await claimKeys(tx, firsts, now);
  const isFresh = new Set(fresh);
  const repeated = events.filter((checked) => !isFresh.has(checked));
  const conflicts = repeated.length === 0 ? 0 : await countConflicts(tx, repeated);
  return { fresh, duplicates: repeated.length, conflicts };
};

const claimKeys = async (
  tx: TenantTx,
  firsts: ReadonlyMap<string, CheckedEvent>,
  now: Instant,
): Promise<readonly CheckedEvent[]> => {
  const events = [...firsts.values()];
  const claimed = await tx.query<{ source: string; event_id: string }>(
    `insert into event_keys (tenant_id, source, event_id, accepted_day, fingerprint)
     select $1, source, event_id, $2::date, fingerprint
     from unnest($3::text[], $4::text[], $5::int[]) as given(source, event_id, fingerprint)
     on conflict do nothing returning source, event_id`,
    [tx.tenantId, now.slice(0, 10), ...keyColumns(events)],
  );
  if (claimed.length === events.length) return events;
  const keys = new Set(claimed.map(({ source, event_id }) => keyOf(source, event_id)));
  return [...firsts].filter(([key]) => keys.has(key)).map(([, checked]) => checked);
};

const keyColumns = (events: readonly CheckedEvent[]): readonly unknown[][] => [
  events.map(({ event }) => event.source),
  events.map(({ event }) => event.eventId),
  events.map(fingerprintOf),
];

const countConflicts = async (tx: TenantTx, repeated: readonly CheckedEvent[]): Promise<number> => {
  const known = await tx.query<{ source: string; event_id: string; fingerprint: number }>(
    'select source, event_id, fingerprint from event_keys where source = any($1) and event_id = any($2)',
    [
      [...new Set(repeated.map(({ event }) => event.source))],
      repeated.map(({ event }) => event.eventId),
    ],
  );
  const accepted = new Map(
    known.map(({ source, event_id, fingerprint }) => [keyOf(source, event_id), fingerprint]),
  );
  return repeated.filter(
    (checked) =>
      accepted.get(keyOf(checked.event.source, checked.event.eventId)) !== fingerprintOf(checked),
  ).length;
};

/** Writes new events down. Their keys must have been claimed in this transaction. */
export const insertEvents = async (
  tx: TenantTx,
  events: readonly CheckedEvent[],
  now: Instant,
): Promise<void> => {
  const { place, columns } = envelopesOf(events);
  const column = <T>(pick: (checked: CheckedEvent) => T): T[] => events.map(pick);
  await tx.query(
    `insert into events (tenant_id, accepted_day, accepted_at, source, type, trust, kind, import_id, mapping_version,
       event_id, occurred_at, link_id, entity_key, payload)
     select $1, $2::date, $3::timestamptz, ($4::text[])[place], ($5::text[])[place], ($6::text[])[place],
       ($7::text[])[place], ($8::text[])[place], ($9::text[])[place],
       event_id, occurred_at, link_id, entity_key, payload::jsonb
     from unnest($10::int[], $11::text[], $12::timestamptz[], $13::text[], $14::text[], $15::text[])
       as given(place, event_id, occurred_at, link_id, entity_key, payload)`,
    [
      tx.tenantId,
      now.slice(0, 10),
      now,
      ...columns,
      place,
      column(({ event }) => event.eventId),
      column(({ event }) => event.occurredAt),
      column(({ linkId }) => linkId),
      column(entityKeyOf),
      column(({ payloadText }) => payloadText),
    ],
  );
};

type Envelope = readonly (string | null)[];

/** What most events of a batch have in common, sent once: the columns of it, and each event's place in them from 1. */
const envelopesOf = (
  events: readonly CheckedEvent[],
): { readonly place: number[]; readonly columns: readonly (string | null)[][] } => {
  const places = new Map<string, number>();
  const envelopes: Envelope[] = [];
  const place = events.map(({ event, entity }) => {
    const envelope = [
      event.source,
      event.type,
      event.trust,
      entity?.type.kind ?? null,
      event.importId ?? null,
      event.mappingVersion ?? null,
    ];
    const key = envelope.join('\n');
    const known = places.get(key);
    if (known !== undefined) return known;
    envelopes.push(envelope);
    places.set(key, envelopes.length);
    return envelopes.length;
  });
  return { place, columns: ENVELOPE.map((index) => envelopes.map((row) => row[index] ?? null)) };
};

const ENVELOPE = [0, 1, 2, 3, 4, 5];

/** The key its entity is folded by; `null` when it changes none. An account's record is kept by its link. */
export const entityKeyOf = (checked: CheckedEvent): string | null =>
  checked.entity === null ? null : (checked.entity.key ?? checked.linkId);

/** Makes sure that the month of `now` has its partition of `events`. */
export const ensurePartitions = async (tx: TenantTx, now: Instant): Promise<void> => {
  await tx.query('select ensure_event_partitions($1::date)', [now.slice(0, 10)]);
};

/** An accepted event, as a timeline shows it. */
export interface AcceptedEvent {
  readonly source: string;
  readonly eventId: string;
  readonly type: string;
  readonly trust: Trust;
  readonly occurredAt: Instant;
  readonly acceptedAt: Instant;
  readonly importId: string | null;
  readonly mappingVersion: string | null;
  readonly payload: JsonObject;
}

/** Events of one account, the latest occurred first, `limit` of them (200) before a moment. */
export const listEvents = async (
  tx: TenantTx,
  options: { readonly accountId: string; readonly before?: Instant; readonly limit?: number },
): Promise<AcceptedEvent[]> =>
  tx.query<AcceptedEvent>(
    `select e.source, e.event_id as "eventId", e.type, e.trust, e.occurred_at as "occurredAt",
       e.accepted_at as "acceptedAt", e.import_id as "importId", e.mapping_version as "mappingVersion", e.payload
     from account_links l
     join events e on e.link_id = l.link_id and e.occurred_at >= l.valid_from
       and (l.valid_to is null or e.occurred_at < l.valid_to)
     where l.account_id = $1 and ($2::timestamptz is null or e.occurred_at < $2) and e.retracted_at is null
     order by e.occurred_at desc, e.event_id limit $3`,
    [options.accountId, options.before ?? null, options.limit ?? 200],
  );
