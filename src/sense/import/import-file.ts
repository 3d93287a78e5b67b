import type { JsonObject } from '../../domain/json.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import type { Database } from '../../platform/db/database.ts';
import { acceptEvents, type AcceptResult } from '../events/accept.ts';
import { insertQuarantined, keepRows } from '../events/quarantine-store.ts';
import type { EntityType } from '../state/define.ts';
import { neededColumns } from './columns.ts';
import { compileEmits, type Emitted } from './emit.ts';
import { UnreadableFile, type FileFault } from './file-fault.ts';
import type { FoundFile } from './find-files.ts';
import { saveFile } from './import-store.ts';
import { readLines } from './lines.ts';
import { readLookups, withLookups } from './look-up.ts';
import type { Mapping } from './mapping-schema.ts';
import { openTable, type NumberedRow, type OpenTable } from './open-table.ts';
import {
  addCounts,
  countReason,
  NOTHING,
  type ImportCounts,
  type ImportedFile,
  type QuarantineReason,
} from './report.ts';

export interface FileContext {
  readonly db: Database;
  readonly tenantId: string;
  readonly importId: string;
  readonly mapping: Mapping;
  /** All files of the import: one may look rows up in another. */
  readonly files: readonly FoundFile[];
  readonly config: TenantConfig;
  readonly entities: readonly EntityType[];
  readonly now: Instant;
  readonly onRead: (rows: number, bytes: number) => void;
}

export interface FileOutcome {
  readonly file: ImportedFile;
  readonly reasons: readonly QuarantineReason[];
  readonly accountIds: readonly string[];
}

const ROWS_AT_ONCE = 2_500;
const FAULTS_SHOWN = 10;

/** Imports one file. Throws nothing for what is wrong with the file; what was read before it stays. */
export const importFile = async (found: FoundFile, context: FileContext): Promise<FileOutcome> => {
  const tally = newTally(found);
  let status: ImportedFile['status'] = 'done';
  try {
    await readFile(found, context, tally);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    status = 'refused';
    tally.faults.unshift(...error.faults);
  }
  const file = summary(tally, status);
  await context.db.withTenant(context.tenantId, (tx) =>
    saveFile(tx, context.importId, file, context.now),
  );
  context.onRead(file.rows, found.bytes);
  return { file, reasons: [...tally.reasons.values()], accountIds: [...tally.accountIds] };
};

/** What has come of a file so far. */
interface Tally {
  readonly name: string;
  readonly table: string;
  counts: ImportCounts;
  bytes: number;
  readonly faults: FileFault[];
  readonly reasons: Map<string, QuarantineReason>;
  readonly accountIds: Set<string>;
}

const newTally = ({ name, tableName }: FoundFile): Tally => ({
  name,
  table: tableName,
  counts: NOTHING,
  bytes: 0,
  faults: [],
  reasons: new Map(),
  accountIds: new Set(),
});

const summary = <S extends string>({ name, table, counts, faults }: Tally, status: S) => ({
  ...counts,
  file: name,
  table,
  status,
  faults: faults.slice(0, FAULTS_SHOWN),
});

const readFile = async (found: FoundFile, context: FileContext, tally: Tally): Promise<void> => {
  const { table, tableName, name } = found;
  const lines = readLines(found.path, table.encoding, (bytes) => {
    tally.bytes += bytes;
  });
  const known = await readLookups(table, context.files);
  const open = withLookups(await openTable(lines, table, neededColumns(table)), table, known);
  const emit = compileEmits(table.emits, open, {
    table: tableName,
    file: name,
    source: context.mapping.source,
    mappingVersion: context.mapping.version,
    importId: context.importId,
    zone: table.zone ?? context.mapping.zone ?? context.config.zone,
    now: context.now,
  });
  for await (const rows of inBatches(open.rows)) {
    const emitted: Emitted = { events: [], refusals: [], waiting: 0, leftOut: 0 };
    for (const row of rows) emit(row, emitted);
    await acceptBatch(rows, emitted, { ...context, show: open.show }, tally);
    context.onRead(tally.counts.rows, tally.bytes);
  }
  tally.faults.push(...open.remarks());
};

async function* inBatches(
  rows: AsyncIterable<readonly NumberedRow[]>,
): AsyncGenerator<readonly NumberedRow[]> {
  let batch: NumberedRow[] = [];
  for await (const some of rows) {
    for (const row of some) {
      batch.push(row);
      if (batch.length < ROWS_AT_ONCE) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

const acceptBatch = async (
  rows: readonly NumberedRow[],
  { events, refusals, waiting, leftOut }: Emitted,
  { db, tenantId, importId, now, entities, config, show }: FileContext & Pick<OpenTable, 'show'>,
  tally: Tally,
): Promise<void> => {
  await db.withTenant(tenantId, async (tx) => {
    const result = await acceptEvents(tx, events, { now, entities, config });
    await insertQuarantined(tx, refusals, now);
    await keepRows(tx, tally.name, linesOf(rows, result, show));
    note(tally, rows.length, { waiting, leftOut }, result, [
      ...refusals.map(({ event, code, reason }) => ({ code, reason, origin: event.origin })),
      ...result.quarantined,
    ]);
    await saveFile(tx, importId, summary(tally, 'running'), now);
  });
};

/** The rows as they stand in the file of events that were refused, so that a better mapping can read them again. */
const linesOf = (
  rows: readonly NumberedRow[],
  { quarantined }: AcceptResult,
  show: OpenTable['show'],
): ReadonlyMap<number, JsonObject> => {
  const refused = new Set(quarantined.flatMap(({ origin }) => origin?.line ?? []));
  if (refused.size === 0) return new Map();
  return new Map(
    rows.flatMap((each) =>
      'row' in each && refused.has(each.line) ? [[each.line, show(each.row)] as const] : [],
    ),
  );
};

const note = (
  tally: Tally,
  rows: number,
  { waiting, leftOut }: Pick<Emitted, 'waiting' | 'leftOut'>,
  { accepted, duplicates, conflicts, accountIds }: AcceptResult,
  refused: readonly {
    readonly code: string;
    readonly reason: string;
    readonly origin?: { readonly line: number } | undefined;
  }[],
): void => {
  const more = {
    rows,
    accepted,
    duplicates,
    conflicts,
    quarantined: refused.length,
    waiting,
    leftOut,
  };
  tally.counts = addCounts(tally.counts, more);
  for (const { code, reason, origin } of refused.toSorted(byLine)) {
    countReason(tally.reasons, { code, reason, count: 1 });
    if (tally.faults.length < FAULTS_SHOWN) {
      tally.faults.push({ line: origin?.line ?? null, message: reason });
    }
  }
  for (const accountId of accountIds) tally.accountIds.add(accountId);
};

const byLine = (
  a: { readonly origin?: { readonly line: number } | undefined },
  b: { readonly origin?: { readonly line: number } | undefined },
): number => (a.origin?.line ?? 0) - (b.origin?.line ?? 0);
