import { expressionsOf } from './check-mapping.ts';
import { partsOf } from './expression.ts';
import type { Table } from './mapping-schema.ts';

/** The columns that a table's events are made of, and which of them may be missing from a file. */
export interface NeededColumns {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

/** A column of a table's own, or of a row looked up in another one. */
export interface ColumnName {
  readonly lookup: string | null;
  readonly column: string;
}

/** Reads `author.role` as the column `role` of the lookup `author`, where the table has one of that name. */
export const columnName = ({ lookups }: Pick<Table, 'lookups'>, name: string): ColumnName => {
  const dot = name.indexOf('.');
  const lookup = name.slice(0, Math.max(dot, 0));
  return Object.hasOwn(lookups, lookup)
    ? { lookup, column: name.slice(dot + 1) }
    : { lookup: null, column: name };
};

/** The columns of a table's own file that it needs. */
export const neededColumns = (table: Table): NeededColumns => {
  const { required, optional } = allColumns(table);
  const own = (names: readonly string[]): string[] =>
    names.filter((name) => columnName(table, name).lookup === null);
  const keys = Object.values(table.lookups).map(({ by }) => by);
  return { required: [...new Set([...own(required), ...keys])], optional: own(optional) };
};

/** The columns that a table wants of the rows it looks up, by lookup. */
export const lookedUpColumns = (table: Table): ReadonlyMap<string, readonly string[]> => {
  const { required, optional } = allColumns(table);
  const names = [...required, ...optional].map((name) => columnName(table, name));
  return new Map(
    Object.keys(table.lookups).map((lookup) => [
      lookup,
      names.flatMap((name) => (name.lookup === lookup ? [name.column] : [])),
    ]),
  );
};

const allColumns = (table: Table): NeededColumns => {
  const parts = table.emits.flatMap((emit) =>
    expressionsOf(emit).map(([, expression]) => partsOf(expression)),
  );
  const of = (isOptional: boolean): string[] =>
    parts.flatMap(({ column, optional }) =>
      column !== undefined && (optional === true) === isOptional ? [column] : [],
    );
  const required = new Set([
    ...table.emits.flatMap(({ key, when }) => [...key, ...when.map(({ column }) => column)]),
    ...of(false),
  ]);
  return {
    required: [...required],
    optional: of(true).filter((column) => !required.has(column)),
  };
};
