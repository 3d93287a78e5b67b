import type { TenantTx } from '../../platform/db/database.ts';
import { deriveId } from '../../domain/identifiers.ts';
import type { JsonObject } from '../../domain/json.ts';
import { addHours, type Instant } from '../../domain/time.ts';
import type { ExternalRef, Trust } from '../../domain/event.ts';
import { isCanonicalInstant } from '../calendar.ts';
import type { Refusal } from './refusal.ts';

/** How long what was refused is kept: long enough to correct a sender, short because it may hold personal data. */
const KEPT_HOURS = 30 * 24;

/** Something refused. `payload` is as it was sent. */
export interface Quarantined {
  readonly id: string;
  readonly source: string;
  readonly eventId: string;
  readonly type: string;
  readonly code: string;
  readonly reason: string;
  readonly importId: string | null;
  readonly file: string | null;
  readonly line: number | null;
  readonly payload: JsonObject | null;
  /** How often it came in. */
  readonly times: number;
  readonly firstReceivedAt: Instant;
  readonly lastReceivedAt: Instant;
  readonly expiresAt: Instant;
}

const COLUMNS = {
  tenant_id: 'text',
  quarantine_id: 'text',
  source: 'text',
  event_id: 'text',
  type: 'text',
  code: 'text',
  reason: 'text',
  import_id: 'text',
  file: 'text',
  line: 'integer',
  payload: 'jsonb',
  occurred_at: 'timestamptz',
  trust: 'text',
  ref_source: 'text',
  ref_external_id: 'text',
  mapping_version: 'text',
  first_received_at: 'timestamptz',
  last_received_at: 'timestamptz',
  expires_at: 'timestamptz',
};

/** Puts refused events aside. The same one again is counted, not kept twice. */
export const insertQuarantined = async (
  tx: TenantTx,
  refusals: readonly Refusal[],
  now: Instant,
): Promise<void> => {
  const rows = new Map(
    refusals.map((refusal) => rowOf(tx, refusal, now)).map((row) => [row[1], row]),
  );
  await tx.bulkInsert(
    'quarantine',
    COLUMNS,
    [...rows.values()],
    `on conflict (tenant_id, quarantine_id) do update set times = quarantine.times + 1, reason = excluded.reason,
       last_received_at = excluded.last_received_at, expires_at = excluded.expires_at, replayed_at = null`,
  );
};

const rowOf = (
  tx: TenantTx,
  { event, code, reason }: Refusal,
  now: Instant,
): readonly unknown[] => {
  const [source, eventId, type] = [event.source, event.eventId, event.type].map((text) =>
    storable(text, 300),
  );
  const { file, line } = event.origin ?? {};
  const id = deriveId(
    'quar',
    source ?? '',
    eventId ?? '',
    type ?? '',
    code,
    file ?? null,
    line ?? null,
  );
  return [
    tx.tenantId,
    id,
    source,
    eventId,
    type,
    code,
    storable(reason, 1000),
    event.importId ?? null,
    file === undefined ? null : storable(file, 500),
    line ?? null,
    storablePayload(event.payload),
    isCanonicalInstant(event.occurredAt) ? event.occurredAt : null,
    event.trust,
    event.ref === undefined ? null : storable(event.ref.source, 200),
    event.ref === undefined ? null : storable(event.ref.externalId, 300),
    event.mappingVersion ?? null,
    now,
    now,
    addHours(now, KEPT_HOURS),
  ];
};

/** Bad input must be storable whatever is wrong with it. */
const storable = (text: string, length: number): string =>
  text
    .slice(0, length)
    .replaceAll('\0', '␀')
    .replaceAll(/\p{Surrogate}/gu, '�');

const LARGEST_KEPT = 16_384;

const storablePayload = (payload: JsonObject): JsonObject => {
  const text = JSON.stringify(payload);
  if (text.length > LARGEST_KEPT) return { cut: storable(text, LARGEST_KEPT) };
  return JSON.parse(text, (_, value: unknown) =>
    typeof value === 'string' ? storable(value, LARGEST_KEPT) : value,
  ) as JsonObject;
};

/** Keeps the rows of refused events as they stand in their file, by line. */
export const keepRows = async (
  tx: TenantTx,
  file: string,
  rows: ReadonlyMap<number, JsonObject>,
): Promise<void> => {
  for (const [line, row] of rows) {
    await tx.query('update quarantine set "row" = $3 where file = $1 and line = $2', [
      storable(file, 500),
      line,
      storablePayload(row),
    ]);
  }
};

export interface QuarantineFilter {
  readonly now: Instant;
  readonly limit?: number;
  readonly source?: string;
  readonly code?: string;
  readonly importId?: string;
}

/** A refused event with all that was kept of it. */
export interface StoredRefusal {
  readonly id: string;
  readonly source: string;
  readonly eventId: string;
  readonly type: string;
  readonly code: string;
  readonly importId: string | null;
  readonly mappingVersion: string | null;
  readonly file: string | null;
  readonly line: number | null;
  readonly payload: JsonObject | null;
  /** Of an import: the row as it stood in the file. */
  readonly row: JsonObject | null;
  readonly occurredAt: Instant | null;
  readonly trust: Trust | null;
  readonly ref: ExternalRef | null;
}

const MOST_REPLAYED = 10_000;

/** What may be heard again, the oldest first; what was heard again already is not among it. */
export const replayable = async (
  tx: TenantTx,
  { now, source, code, importId, limit }: QuarantineFilter,
): Promise<StoredRefusal[]> =>
  tx.query<StoredRefusal>(
    `select quarantine_id as id, source, event_id as "eventId", type, code, import_id as "importId",
       mapping_version as "mappingVersion", file, line, payload, "row", occurred_at as "occurredAt", trust,
       case when ref_source is null then null
         else jsonb_build_object('source', ref_source, 'externalId', ref_external_id) end as ref
     from quarantine
     where expires_at > $1 and replayed_at is null and ($2::text is null or source = $2)
       and ($3::text is null or code = $3) and ($4::text is null or import_id = $4)
     order by first_received_at, file, line, quarantine_id limit $5`,
    [now, source ?? null, code ?? null, importId ?? null, limit ?? MOST_REPLAYED],
  );

/** They were heard again; one that is refused once more is in quarantine as before. */
export const markReplayed = async (
  tx: TenantTx,
  ids: readonly string[],
  now: Instant,
): Promise<void> => {
  await tx.query('update quarantine set replayed_at = $2 where quarantine_id = any($1)', [
    ids,
    now,
  ]);
};

/** What is in quarantine, the latest first; entries past their time are not shown. */
export const listQuarantine = async (
  tx: TenantTx,
  options: QuarantineFilter,
): Promise<Quarantined[]> =>
  tx.query<Quarantined>(
    `select quarantine_id as id, source, event_id as "eventId", type, code, reason, import_id as "importId", file, line,
       payload, times, first_received_at as "firstReceivedAt", last_received_at as "lastReceivedAt",
       expires_at as "expiresAt"
     from quarantine
     where expires_at > $1 and replayed_at is null and ($2::text is null or source = $2) and ($3::text is null or code = $3)
       and ($4::text is null or import_id = $4)
     order by last_received_at desc, file, line, quarantine_id limit $5`,
    [
      options.now,
      options.source ?? null,
      options.code ?? null,
      options.importId ?? null,
      options.limit ?? 100,
    ],
  );

export interface QuarantineCount {
  readonly source: string;
  readonly code: string;
  /** The latest of them, as an example. */
  readonly reason: string;
  readonly count: number;
}

/** How much is in quarantine, by source and code, most first. */
export const countQuarantine = async (tx: TenantTx, now: Instant): Promise<QuarantineCount[]> =>
  tx.query<QuarantineCount>(
    `select source, code, (array_agg(reason order by last_received_at desc, quarantine_id))[1] as reason,
       count(*) as count
     from quarantine where expires_at > $1 and replayed_at is null group by source, code order by count(*) desc, source, code`,
    [now],
  );

/** Deletes what is past its time; returns how much it was. */
export const purgeQuarantine = async (tx: TenantTx, now: Instant): Promise<number> =>
  (await tx.query('delete from quarantine where expires_at <= $1 returning quarantine_id', [now]))
    .length;
