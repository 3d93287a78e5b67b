import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';

export type ReadPurpose = 'backfill' | 'reconcile';
export type ReadStatus = 'waiting' | 'running' | 'done' | 'not_permitted' | 'failed';

/** How far one type of a source's objects was read. */
export interface SourceRead {
  readonly sourceId: string;
  readonly purpose: ReadPurpose;
  readonly objectType: string;
  readonly status: ReadStatus;
  readonly cursor: string | null;
  readonly pages: number;
  readonly objects: number;
  readonly accepted: number;
  readonly ignored: number;
  readonly quarantined: number;
  readonly differences: number;
  readonly note: string | null;
  readonly begunAt: Instant;
  readonly updatedAt: Instant;
}

/** Begins reading: of each type that is not named yet, or of all anew. */
export const beginReads = async (
  tx: TenantTx,
  {
    sourceId,
    purpose,
    objectTypes,
    anew,
    now,
  }: {
    readonly sourceId: string;
    readonly purpose: ReadPurpose;
    readonly objectTypes: readonly string[];
    readonly anew: boolean;
    readonly now: Instant;
  },
): Promise<void> => {
  if (anew) {
    await tx.query('delete from source_reads where source_id = $1 and purpose = $2', [
      sourceId,
      purpose,
    ]);
  }
  await tx.query(
    `insert into source_reads (tenant_id, source_id, purpose, object_type, status, pages, objects, accepted, ignored,
       quarantined, differences, begun_at, updated_at)
     select $1, $2, $3, object_type, 'waiting', 0, 0, 0, 0, 0, 0, $5, $5 from unnest($4::text[]) as given(object_type)
     on conflict (tenant_id, source_id, purpose, object_type) do update
       set status = 'waiting', note = null, updated_at = excluded.updated_at
       where source_reads.status in ('not_permitted', 'failed')`,
    [tx.tenantId, sourceId, purpose, objectTypes, now],
  );
};

/** What was read of a source, and what is to be read. */
export const listReads = async (
  tx: TenantTx,
  sourceId: string,
  purpose: ReadPurpose,
): Promise<SourceRead[]> =>
  tx.query<SourceRead>(
    `select source_id as "sourceId", purpose, object_type as "objectType", status, cursor, pages, objects, accepted,
       ignored, quarantined, differences, note, begun_at as "begunAt", updated_at as "updatedAt"
     from source_reads where source_id = $1 and purpose = $2 order by object_type`,
    [sourceId, purpose],
  );

export interface ReadStep {
  readonly cursor: string | null;
  readonly status: ReadStatus;
  readonly objects: number;
  readonly accepted: number;
  readonly ignored: number;
  readonly quarantined: number;
  readonly differences: number;
}

/**
 * Moves a reading on by a page, in the transaction that accepts it. False when somebody else has read that page
 * meanwhile: then nothing of this transaction may stand.
 */
export const advanceRead = async (
  tx: TenantTx,
  read: SourceRead,
  step: ReadStep,
  now: Instant,
): Promise<boolean> => {
  const moved = await tx.query(
    `update source_reads set cursor = $6, status = $7, pages = pages + 1, objects = objects + $8, accepted = accepted + $9,
       ignored = ignored + $10, quarantined = quarantined + $11, differences = differences + $12, note = null,
       updated_at = $13
     where source_id = $1 and purpose = $2 and object_type = $3 and pages = $4 and begun_at = $5
     returning object_type`,
    [
      ...[read.sourceId, read.purpose, read.objectType, read.pages, read.begunAt],
      ...[step.cursor, step.status, step.objects, step.accepted, step.ignored, step.quarantined],
      ...[step.differences, now],
    ],
  );
  return moved.length > 0;
};

/** Says what keeps a reading from going on. A reading that goes on from the beginning forgets its cursor. */
export const noteRead = async (
  tx: TenantTx,
  read: SourceRead,
  said: { readonly status: ReadStatus; readonly note: string | null; readonly restart?: boolean },
  now: Instant,
): Promise<void> => {
  await tx.query(
    `update source_reads set status = $4, note = $5, updated_at = $6, cursor = case when $7 then null else cursor end
     where source_id = $1 and purpose = $2 and object_type = $3`,
    [
      read.sourceId,
      read.purpose,
      read.objectType,
      said.status,
      said.note,
      now,
      said.restart === true,
    ],
  );
};
