import Table from 'cli-table3';
import type { Terminal } from './terminal.ts';

import { shorten, widthOf } from './text.ts';

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => string;
  readonly align?: 'left' | 'right';
  /** Shortened with `…` when the table would be too wide; its cells must be without colour. One a table. */
  readonly gives?: boolean;
}

const GAP = 2;
const NARROWEST = 12;

const SIDES = ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left'];
const LINES = ['bottom-right', 'left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'];

/** No frame: columns parted by blanks, so that a row can be selected and grepped. */
const BARE = Object.fromEntries([...SIDES, ...LINES].map((name) => [name, '']));

/** A table of at most the terminal's width, as far as its giving column allows. */
export const renderTable = <Row>(
  terminal: Pick<Terminal, 'style' | 'columns'>,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): string => {
  const table = new Table({
    head: columns.map((column) => terminal.style.faint(column.head.toUpperCase())),
    colAligns: columns.map((column) => column.align ?? 'left'),
    chars: { ...BARE, middle: ' '.repeat(GAP) },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
  });
  const cells = rows.map((row) => columns.map((column) => column.cell(row)));
  table.push(...fitted(cells, columns, terminal.columns));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
};

const fitted = <Row>(
  cells: readonly (readonly string[])[],
  columns: readonly Column<Row>[],
  width: number,
): string[][] => {
  const giving = columns.findIndex((column) => column.gives === true);
  const widths = columns.map((column, index) =>
    Math.max(widthOf(column.head), ...cells.map((row) => widthOf(row[index] ?? ''))),
  );
  const others = widths.reduce((sum, each, index) => sum + (index === giving ? 0 : each), 0);
  const room = Math.max(NARROWEST, width - others - GAP * (columns.length - 1));
  return cells.map((row) =>
    row.map((cell, index) => (index === giving ? shorten(cell, room) : cell)),
  );
};
