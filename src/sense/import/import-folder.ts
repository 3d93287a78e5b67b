import { configError } from '../../domain/errors.ts';
import { deriveId } from '../../domain/identifiers.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import type { Instant } from '../../domain/time.ts';
import type { Database } from '../../platform/db/database.ts';
import { countUnboundLinks } from '../identity/link-store.ts';
import type { EntityType } from '../state/define.ts';
import { checkMapping, describeFindings } from './check-mapping.ts';
import { findFiles } from './find-files.ts';
import { importFile, type FileContext, type FileOutcome } from './import-file.ts';
import { finishImport, saveFile, startImport } from './import-store.ts';
import type { Mapping } from './mapping-schema.ts';
import {
  addCounts,
  countReason,
  NOTHING,
  type ImportQuality,
  type ImportReport,
  type QuarantineReason,
} from './report.ts';

/** How far an import is. `bytes` of `totalBytes` over all files; `rows` of the file. */
export interface ImportProgress {
  readonly file: string;
  readonly rows: number;
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface ImportOptions {
  readonly tenantId: string;
  readonly folder: string;
  readonly mapping: Mapping;
  readonly config: TenantConfig;
  readonly entities: readonly EntityType[];
  /** When its events are accepted. */
  readonly now: Instant;
  readonly onProgress?: (progress: ImportProgress) => void;
}

/**
 * Imports the files of a folder as a mapping says, some thousand rows a transaction. What is wrong with a row or a file
 * is reported and never stops the rest. The same again changes nothing, so an import that was cut off is run again.
 * Throws `mapping_invalid`, `import_folder_unreadable`, `import_nothing_found` before anything is written.
 */
export const importFolder = async (db: Database, options: ImportOptions): Promise<ImportReport> => {
  const { tenantId, mapping, now } = options;
  refuseFaulty(mapping, options.entities);
  const { files, missing, unused } = await findFiles(options.folder, mapping);
  const begun = {
    importId: deriveId('imp', tenantId, mapping.name, mapping.version, now),
    mapping: mapping.name,
    mappingVersion: mapping.version,
    source: mapping.source,
    startedAt: now,
  };
  await db.withTenant(tenantId, (tx) => startImport(tx, begun));
  const context = { ...options, db, importId: begun.importId };
  const outcomes = [
    ...(await refuseMissing(context, missing)),
    ...(await importAll(context, files)),
  ];
  const counted = {
    totals: outcomes.map(({ file }) => file).reduce(addCounts, NOTHING),
    quarantined: byReason(outcomes),
    unusedFiles: unused,
  };
  const quality = await db.withTenant(tenantId, async (tx): Promise<ImportQuality> => {
    const all = { ...counted, unboundLinks: await countUnboundLinks(tx) };
    await finishImport(tx, begun.importId, all, now);
    return all;
  });
  return {
    ...begun,
    ...quality,
    tenantId,
    files: outcomes.map(({ file }) => file),
    accountIds: [...new Set(outcomes.flatMap(({ accountIds }) => accountIds))],
  };
};

const refuseFaulty = (mapping: Mapping, entities: readonly EntityType[]): void => {
  const findings = checkMapping(mapping, entities);
  if (findings.length === 0) return;
  throw configError(
    'mapping_invalid',
    `the mapping \`${mapping.name}\` has faults:\n${describeFindings(findings)}`,
  );
};

const importAll = async (
  context: Omit<FileContext, 'onRead' | 'files'> & Pick<ImportOptions, 'onProgress'>,
  files: Awaited<ReturnType<typeof findFiles>>['files'],
): Promise<FileOutcome[]> => {
  const totalBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const outcomes: FileOutcome[] = [];
  let before = 0;
  for (const found of files) {
    const start = before;
    const onRead = (rows: number, bytes: number) =>
      context.onProgress?.({ file: found.name, rows, bytes: start + bytes, totalBytes });
    outcomes.push(await importFile(found, { ...context, files, onRead }));
    before += found.bytes;
  }
  return outcomes;
};

const refuseMissing = async (
  { db, tenantId, importId, now }: Pick<FileContext, 'db' | 'tenantId' | 'importId' | 'now'>,
  missing: Awaited<ReturnType<typeof findFiles>>['missing'],
): Promise<FileOutcome[]> => {
  const outcomes = missing.map(({ tableName, table, message }): FileOutcome => {
    const faults = [{ line: null, message }];
    const file = {
      ...NOTHING,
      file: table.file,
      table: tableName,
      status: 'refused',
      faults,
    } as const;
    return { file, reasons: [], accountIds: [] };
  });
  await db.withTenant(tenantId, async (tx) => {
    for (const { file } of outcomes) await saveFile(tx, importId, file, now);
  });
  return outcomes;
};

const byReason = (outcomes: readonly FileOutcome[]): QuarantineReason[] => {
  const counts = new Map<string, QuarantineReason>();
  for (const { reasons } of outcomes) for (const reason of reasons) countReason(counts, reason);
  return [...counts.values()].sort((a, b) => b.count - a.count);
};
