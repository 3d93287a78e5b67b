import { columnName, lookedUpColumns } from './columns.ts';
import { UnreadableFile } from './file-fault.ts';
import { filesOf, type FoundFile } from './find-files.ts';
import { readLines } from './lines.ts';
import type { Lookup, Table } from './mapping-schema.ts';
import { openTable, type OpenTable } from './open-table.ts';

/** Rows of another table by their key, cut down to the columns that are wanted. Held in memory for one file's import. */
interface Known {
  readonly by: string;
  readonly columns: readonly string[];
  readonly rows: ReadonlyMap<string, readonly string[]>;
}

export type KnownRows = ReadonlyMap<string, Known>;

/**
 * Reads the rows that a table looks up. A line that cannot be read is left to the import of its own table, which reports
 * it. Throws an `UnreadableFile` where the other table has not the columns that are wanted of it.
 */
export const readLookups = async (
  table: Table,
  files: readonly FoundFile[],
): Promise<KnownRows> => {
  const known = new Map<string, Known>();
  const wanted = lookedUpColumns(table);
  for (const [name, lookup] of Object.entries(table.lookups)) {
    const columns = wanted.get(name) ?? [];
    const rows = new Map<string, readonly string[]>();
    for (const file of filesOf(files, lookup.table)) await readRows(file, lookup, columns, rows);
    known.set(name, { by: lookup.by, columns, rows });
  }
  return known;
};

const readRows = async (
  file: FoundFile,
  { key }: Lookup,
  columns: readonly string[],
  into: Map<string, readonly string[]>,
): Promise<void> => {
  const open = await openAt(file, [key, ...columns]);
  const keyOf = open.columns(key);
  const cells = columns.map((column) => open.columns(column));
  for await (const batch of open.rows) {
    for (const numbered of batch) {
      if ('fault' in numbered) continue;
      const { row } = numbered;
      into.set(
        keyOf(row),
        cells.map((cell) => cell(row)),
      );
    }
  }
};

const openAt = async (
  { path, name, table }: FoundFile,
  required: readonly string[],
): Promise<OpenTable> => {
  try {
    const lines = readLines(path, table.encoding, () => undefined);
    return await openTable(lines, table, { required: [...new Set(required)], optional: [] });
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    throw new UnreadableFile(
      error.faults.map(({ message }) => ({
        line: null,
        message: `looked up in ${name}: ${message}`,
      })),
    );
  }
};

/** The table with the columns of looked-up rows beside its own; a row that is kept for replay keeps them too. */
export const withLookups = (open: OpenTable, table: Table, known: KnownRows): OpenTable => {
  if (known.size === 0) return open;
  const columns: OpenTable['columns'] = (name) => {
    const { lookup, column } = columnName(table, name);
    const of = lookup === null ? undefined : known.get(lookup);
    if (of === undefined) return open.columns(name);
    const key = open.columns(of.by);
    const position = of.columns.indexOf(column);
    return (row) => of.rows.get(key(row))?.[position] ?? '';
  };
  const names = [...known].flatMap(([lookup, of]) =>
    of.columns.map((column) => `${lookup}.${column}`),
  );
  const beside = names.map((name) => [name, columns(name)] as const);
  return {
    ...open,
    columns,
    show: (row) => ({
      ...open.show(row),
      ...Object.fromEntries(beside.map(([name, cell]) => [name, cell(row)])),
    }),
  };
};
