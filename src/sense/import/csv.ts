import { parse, type Options } from 'csv-parse/sync';
import type { Line } from './lines.ts';

/** A record of a CSV file with the line on which it begins, or what is wrong with that line. */
export type CsvRecord =
  | { readonly line: number; readonly cells: readonly string[] }
  | { readonly line: number; readonly fault: string };

/** A quoted cell may run over so many lines; one that does not close by then was never meant to open. */
const MOST_LINES = 500;

/**
 * Splits lines into records. A parser alone loses the rest of a file at a wrong quote; here a line that cannot be read
 * is reported, and reading goes on with the line after it.
 */
export async function* readCsv(
  lines: AsyncIterable<readonly Line[]>,
  delimiter: string,
): AsyncGenerator<CsvRecord[]> {
  const options: Options = { delimiter, relax_column_count: true };
  let waiting: readonly Line[] = [];
  for await (const more of lines) {
    const { records, rest } = split([...waiting, ...more], options, false);
    waiting = rest;
    if (records.length > 0) yield records;
  }
  const { records } = split(waiting, options, true);
  if (records.length > 0) yield records;
}

interface Split {
  readonly records: CsvRecord[];
  readonly rest: readonly Line[];
}

const split = (lines: readonly Line[], options: Options, isLast: boolean): Split => {
  const odd = lines.map(({ text }) => hasOddQuotes(text));
  const records: CsvRecord[] = [];
  let simple: Line[] = [];
  const flush = (): void => {
    records.push(...parseMany(simple, options));
    simple = [];
  };
  let at = 0;
  for (let line = lines[at]; line !== undefined; line = lines[at]) {
    const end = odd[at] === true ? closing(odd, at) : at;
    if (end === null && !isLast && lines.length - at < MOST_LINES) break;
    if (end === at) {
      simple.push(line);
      at += 1;
      continue;
    }
    flush();
    const spanning = end === null ? null : parseSpanning(lines.slice(at, end + 1), options);
    records.push(spanning ?? { line: line.line, fault: UNCLOSED });
    at = spanning === null || end === null ? at + 1 : end + 1;
  }
  flush();
  return { records, rest: lines.slice(at) };
};

const UNCLOSED = 'a quote opens a cell and does not close it rightly';

const hasOddQuotes = (text: string): boolean => {
  let isOdd = false;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) isOdd = !isOdd;
  return isOdd;
};

/** The line on which the quote that `from` leaves open is closed; `null` when none does so in reach. */
const closing = (odd: readonly boolean[], from: number): number | null => {
  const end = odd.indexOf(true, from + 1);
  return end < 0 || end - from >= MOST_LINES ? null : end;
};

const parseMany = (lines: readonly Line[], options: Options): CsvRecord[] => {
  const full = lines.filter(({ text }) => text.trim() !== '');
  const rows = tryParse(full.map(({ text }) => text).join('\n'), options);
  if (typeof rows === 'string' || rows.length !== full.length) {
    return full.flatMap((line) => parseOne(line, options));
  }
  return full.map(({ line }, index) => ({ line, cells: rows[index] ?? [] })).filter(hasContent);
};

const parseOne = ({ line, text }: Line, options: Options): CsvRecord[] => {
  const rows = tryParse(text, options);
  if (typeof rows === 'string') return [{ line, fault: rows }];
  return rows.map((cells) => ({ line, cells })).filter(hasContent);
};

/** A line of delimiters alone is an empty line of a spreadsheet. */
const hasContent = ({ cells }: { readonly cells: readonly string[] }): boolean =>
  cells.some((cell) => cell !== '');

const parseSpanning = (lines: readonly Line[], options: Options): CsvRecord | null => {
  const rows = tryParse(lines.map(({ text }) => text).join('\n'), options);
  const [first] = lines;
  const [cells, ...others] = typeof rows === 'string' ? [] : rows;
  return first === undefined || cells === undefined || others.length > 0
    ? null
    : { line: first.line, cells };
};

const tryParse = (text: string, options: Options): string[][] | string => {
  try {
    return parse(text, options);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `is not valid CSV: ${reason.replace(/ at line \d+/, '')}`;
  }
};
