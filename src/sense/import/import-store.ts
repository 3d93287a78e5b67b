import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { FileFault } from './file-fault.ts';
import type { ImportedFile, ImportQuality } from './report.ts';

export interface NewImport {
  readonly importId: string;
  readonly mapping: string;
  readonly mappingVersion: string;
  readonly source: string;
  readonly startedAt: Instant;
}

/** Writes down that an import begins. One that never came to its end is called interrupted from now on. */
export const startImport = async (tx: TenantTx, begun: NewImport): Promise<void> => {
  await tx.query(`update imports set status = 'interrupted' where status = 'running'`);
  await tx.query(
    `insert into imports (tenant_id, import_id, mapping, mapping_version, source, status, started_at, updated_at)
     values ($1, $2, $3, $4, $5, 'running', $6, $6)
     on conflict (tenant_id, import_id) do update set status = 'running', updated_at = excluded.updated_at`,
    [
      tx.tenantId,
      begun.importId,
      begun.mapping,
      begun.mappingVersion,
      begun.source,
      begun.startedAt,
    ],
  );
};

/** Writes down how far a file has come, in the transaction of its rows. */
export const saveFile = async (
  tx: TenantTx,
  importId: string,
  file: Omit<ImportedFile, 'status'> & { readonly status: ImportedFile['status'] | 'running' },
  now: Instant,
): Promise<void> => {
  await tx.query(
    `insert into import_files (tenant_id, import_id, file, status, rows_read, accepted, duplicates, conflicts,
       quarantined, faults, updated_at, left_out)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11, $12)
     on conflict (tenant_id, import_id, file) do update set status = excluded.status, rows_read = excluded.rows_read,
       accepted = excluded.accepted, duplicates = excluded.duplicates, conflicts = excluded.conflicts,
       quarantined = excluded.quarantined, faults = excluded.faults,
       updated_at = excluded.updated_at, left_out = excluded.left_out`,
    [
      tx.tenantId,
      importId,
      file.file,
      file.status,
      file.rows,
      file.accepted,
      file.duplicates,
      file.conflicts,
      file.quarantined,
      JSON.stringify(file.faults),
      now,
      file.leftOut,
    ],
  );
};

export const finishImport = async (
  tx: TenantTx,
  importId: string,
  quality: ImportQuality,
  now: Instant,
): Promise<void> => {
  await tx.query(
    `update imports set status = 'done', updated_at = $2, quality = $3 where import_id = $1`,
    [importId, now, quality],
  );
};

/** An import of the past, or one that is running. */
export interface PastImport extends NewImport {
  /** `interrupted`: run it again; what was accepted is not accepted twice. */
  readonly status: 'running' | 'done' | 'interrupted';
  readonly updatedAt: Instant;
  readonly quality: ImportQuality | null;
  readonly files: readonly {
    readonly file: string;
    readonly status: 'running' | 'done' | 'refused';
    readonly rows: number;
    readonly accepted: number;
    readonly duplicates: number;
    readonly conflicts: number;
    readonly quarantined: number;
    readonly leftOut: number;
    readonly faults: readonly FileFault[];
  }[];
}

/** Imports of the tenant, the latest first. */
export const listImports = async (
  tx: TenantTx,
  options: { readonly limit?: number } = {},
): Promise<PastImport[]> =>
  tx.query<PastImport>(
    `select i.import_id as "importId", i.mapping, i.mapping_version as "mappingVersion", i.source, i.status,
       i.started_at as "startedAt", i.updated_at as "updatedAt", i.quality,
       coalesce((
         select jsonb_agg(jsonb_build_object('file', f.file, 'status', f.status, 'rows', f.rows_read,
           'accepted', f.accepted, 'duplicates', f.duplicates, 'conflicts', f.conflicts,
           'quarantined', f.quarantined, 'leftOut', f.left_out, 'faults', f.faults) order by f.file)
         from import_files f where f.import_id = i.import_id
       ), '[]'::jsonb) as files
     from imports i order by i.started_at desc, i.import_id limit $1`,
    [options.limit ?? 20],
  );
