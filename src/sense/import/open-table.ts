import type { Json } from '../../domain/json.ts';
import { didYouMean, isSlip } from './closest.ts';
import type { NeededColumns } from './columns.ts';
import { readCsv, type CsvRecord } from './csv.ts';
import type { Columns, RawRow } from './expression.ts';
import { UnreadableFile, type FileFault } from './file-fault.ts';
import type { Line } from './lines.ts';
import type { Table } from './mapping-schema.ts';
import { RowFault } from './row-fault.ts';

/** A row with its line, or what is wrong with that line. */
export type NumberedRow =
  | { readonly line: number; readonly row: RawRow }
  | { readonly line: number; readonly fault: string };

/** A table being read. */
export interface OpenTable {
  readonly columns: Columns;
  readonly rows: AsyncIterable<readonly NumberedRow[]>;
  /** The row as it stands in the file, for the quarantine. */
  readonly show: (row: RawRow) => Readonly<Record<string, Json>>;
  /** What can be said once all rows were read. */
  readonly remarks: () => readonly FileFault[];
}

/** Opens a table. Throws an `UnreadableFile` when it has not the columns that are needed. */
export const openTable = async (
  lines: AsyncIterable<readonly Line[]>,
  table: Table,
  needed: NeededColumns,
): Promise<OpenTable> =>
  formatOf(table) === 'csv' ? openCsv(lines, table, needed) : openNdjson(lines, needed);

const formatOf = ({ format, file }: Table): 'csv' | 'ndjson' =>
  format ?? (/\.csv$/i.test(file) ? 'csv' : 'ndjson');

const openCsv = async (
  lines: AsyncIterable<readonly Line[]>,
  { delimiter }: Table,
  needed: NeededColumns,
): Promise<OpenTable> => {
  const records = readCsv(lines, delimiter);
  const next = await records.next();
  const [head, ...early] = next.done === true ? [] : next.value;
  const header = headerOf(head, needed);
  const positions = new Map(header.map((name, index) => [name, index]));
  return {
    columns: (column) => {
      const position = positions.get(column);
      return position === undefined ? () => '' : (row) => cellAt(row, position);
    },
    rows: csvRows(early, records, header.length),
    show: (row) => Object.fromEntries(header.map((name, index) => [name, cellAt(row, index)])),
    remarks: () => [],
  };
};

const cellAt = (row: RawRow, position: number): string =>
  Array.isArray(row) ? ((row as readonly string[])[position] ?? '').trim() : '';

async function* csvRows(
  early: readonly CsvRecord[],
  records: AsyncIterable<readonly CsvRecord[]>,
  width: number,
): AsyncGenerator<NumberedRow[]> {
  const numbered = (record: CsvRecord): NumberedRow => {
    if ('fault' in record) return record;
    const { line, cells } = record;
    if (cells.length === width) return { line, row: cells };
    return { line, fault: `has ${cells.length} cells, and the header has ${width}` };
  };
  if (early.length > 0) yield early.map(numbered);
  for await (const batch of records) yield batch.map(numbered);
}

const headerOf = (head: CsvRecord | undefined, { required }: NeededColumns): readonly string[] => {
  if (head === undefined) throw unreadable(null, 'the file is empty: it needs a header line');
  if ('fault' in head) throw unreadable(head.line, `the header ${head.fault}`);
  const names = head.cells.map((name) => name.trim());
  const missing = required.filter((column) => !names.includes(column));
  if (missing.length > 1 && missing.length === required.length) {
    throw unreadable(
      head.line,
      `the first line is no header: none of the columns ${listed(missing)} is in it; add one, or say the right \`delimiter\` in the mapping`,
    );
  }
  const faults = [
    ...missing.map((column) => `there is no column \`${column}\`${didYouMean(column, names)}`),
    ...names.flatMap((name, index) =>
      required.includes(name) && names.indexOf(name) < index
        ? [`two columns are called \`${name}\``]
        : [],
    ),
  ];
  if (faults.length === 0) return names;
  throw new UnreadableFile(faults.map((message) => ({ line: head.line, message })));
};

const listed = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

const unreadable = (line: number | null, message: string): UnreadableFile =>
  new UnreadableFile([{ line, message }]);

/** A single row whose columns are known by name: as it was kept when it was refused. */
export const openRow = (): Pick<OpenTable, 'columns' | 'show'> => ({
  columns: (column) => {
    const path = column.split('.');
    return (row) => textOf(valueAt(row, column, path), column);
  },
  show: (row) => row as Readonly<Record<string, Json>>,
});

const openNdjson = (lines: AsyncIterable<readonly Line[]>, needed: NeededColumns): OpenTable => {
  const seen = new Set<string>();
  const fields = new Set<string>();
  return {
    columns: (column) => {
      const path = column.split('.');
      return (row) => {
        const value = valueAt(row, column, path);
        if (value !== undefined) seen.add(column);
        return textOf(value, column);
      };
    },
    rows: ndjsonRows(lines, fields),
    show: (row) => row as Readonly<Record<string, Json>>,
    // A field that no line has may just be rare; one that is spelled almost so in the file is a slip of the mapping.
    remarks: () =>
      needed.required
        .filter((column) => !seen.has(column) && !fields.has(column) && isSlip(column, [...fields]))
        .map((column) => ({
          line: null,
          message: `no line has a field \`${column}\`${didYouMean(column, [...fields])}`,
        })),
  };
};

const MOST_FIELDS = 1000;

async function* ndjsonRows(
  lines: AsyncIterable<readonly Line[]>,
  fields: Set<string>,
): AsyncGenerator<NumberedRow[]> {
  for await (const batch of lines) {
    const rows = batch.filter(({ text }) => text.trim() !== '').map(objectOf);
    for (const row of rows) {
      if ('row' in row && fields.size < MOST_FIELDS) noteFields(row.row, fields);
    }
    if (rows.length > 0) yield rows;
  }
}

const objectOf = ({ line, text }: Line): NumberedRow => {
  try {
    const value = JSON.parse(text) as Json;
    if (isObject(value)) return { line, row: value };
    return { line, fault: 'is no JSON object: every line must be `{…}`' };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { line, fault: `is not valid JSON: ${reason}` };
  }
};

const isObject = (value: Json | undefined): value is { readonly [field: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const noteFields = (row: RawRow, fields: Set<string>): void => {
  for (const [field, value] of Object.entries(row)) {
    fields.add(field);
    if (isObject(value)) for (const inner of Object.keys(value)) fields.add(`${field}.${inner}`);
  }
};

/** A field of that very name, or the field of a field. */
const valueAt = (row: RawRow, column: string, path: readonly string[]): Json | undefined => {
  const object = row as { readonly [field: string]: Json };
  if (Object.hasOwn(object, column)) return object[column];
  return path.reduce<Json | undefined>(
    (value, field) => (isObject(value) && Object.hasOwn(value, field) ? value[field] : undefined),
    object,
  );
};

const textOf = (value: Json | undefined, column: string): string => {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return JSON.stringify(value);
  if (typeof value !== 'object') return String(value).trim();
  const inner = Object.keys(value)[0] ?? 'field';
  throw new RowFault(
    `\`${column}\` is an object: name a field of it, such as \`${column}.${inner}\``,
  );
};
