import { expressionsOf } from './check-mapping.ts';
import { partsOf } from './expression.ts';
import type { Table } from './mapping-schema.ts';

/** The columns that a table's events are made of, and which of them may be missing from a file. */
export interface NeededColumns {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

export const neededColumns = (table: Table): NeededColumns => {
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
