import { fromDecimal } from '../../domain/money.ts';
import type { Json } from '../../domain/json.ts';
import type { Zone } from '../../domain/time.ts';
import type { Expression, ExpressionParts, Scalar } from './mapping-schema.ts';
import { momentReader } from './moments.ts';
import { RowFault } from './row-fault.ts';

/** A row of a file: cells by position (CSV), or an object (NDJSON). */
export type RawRow = readonly string[] | { readonly [field: string]: Json };

/** A cell as trimmed text; empty when there is nothing in it. Throws a `RowFault` for what is no text. */
export type Cell = (row: RawRow) => string;

/** How a file finds its columns. */
export type Columns = (column: string) => Cell;

/** A value, `undefined` when the row says nothing, `null` when it clears. Throws a `RowFault`. */
export type Value = (row: RawRow) => Json | undefined;

export const partsOf = (expression: Expression): ExpressionParts =>
  typeof expression === 'string' ? { column: expression } : expression;

/** Makes a function of an expression, once for each file. */
export const compile = (expression: Expression, columns: Columns, zone: Zone): Value => {
  const parts = partsOf(expression);
  if (parts.constant !== undefined) return ofConstant(parts, columns, zone);
  const value =
    parts.object === undefined ? ofText(parts, columns, zone) : ofObject(parts, columns, zone);
  const otherwise = parts.default ?? (parts.empty === 'clear' ? null : undefined);
  return otherwise === undefined ? value : (row) => value(row) ?? otherwise;
};

/** The same as text that must be there: an identifier. `undefined` when it is empty. */
export const compileText = (
  expression: Expression,
  columns: Columns,
  zone: Zone,
): ((row: RawRow) => string | undefined) => {
  const value = compile(expression, columns, zone);
  return (row) => {
    const found = value(row);
    return found === undefined || found === null || typeof found === 'object'
      ? undefined
      : String(found);
  };
};

const ofConstant = (parts: ExpressionParts, columns: Columns, zone: Zone): Value => {
  const { constant } = parts;
  if (typeof constant !== 'string' || parts.as === undefined) return () => constant;
  const convert = conversion(parts, columns, zone);
  return (row) => convert(constant, row);
};

const ofObject = (parts: ExpressionParts, columns: Columns, zone: Zone): Value => {
  const members = Object.entries(parts.object ?? {}).map(
    ([field, member]) => [field, compile(member, columns, zone)] as const,
  );
  return (row) => {
    const entries = members.flatMap(([field, value]) => {
      const found = value(row);
      return found === undefined ? [] : [[field, found] as const];
    });
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  };
};

const ofText = (parts: ExpressionParts, columns: Columns, zone: Zone): Value => {
  const text =
    parts.concat === undefined ? columns(parts.column ?? '') : joined(parts, columns, zone);
  const ignored = new Set(parts.ignore);
  const convert = conversion(parts, columns, zone);
  return (row) => {
    const cell = text(row);
    if (cell === '' || ignored.has(cell)) return undefined;
    const cased = parts.lowercase === true ? cell.toLowerCase() : cell;
    const mapped = parts.map === undefined ? cased : lookUp(parts, cased);
    if (typeof mapped !== 'string') return mapped;
    return convert(mapped, row);
  };
};

const joined = (parts: ExpressionParts, columns: Columns, zone: Zone): Cell => {
  const members = (parts.concat ?? []).map((member) => compileText(member, columns, zone));
  return (row) => {
    const texts = members.map((member) => member(row));
    return texts.some((text) => text === undefined) ? '' : texts.join(parts.separator ?? '');
  };
};

const lookUp = ({ map = {}, otherwise }: ExpressionParts, text: string): Scalar => {
  const found = Object.hasOwn(map, text) ? map[text] : otherwise;
  if (found !== undefined) return found;
  throw new RowFault(`\`${text}\` is none of ${Object.keys(map).join(', ')}`);
};

type Convert = (text: string, row: RawRow) => Json;

const conversion = (parts: ExpressionParts, columns: Columns, zone: Zone): Convert => {
  const moments = momentReader(zone, parts.format);
  switch (parts.as ?? 'text') {
    case 'text':
      return (text) => `${parts.prefix ?? ''}${text}`;
    case 'integer':
      return integerOf;
    case 'number':
      return numberOf;
    case 'boolean':
      return booleanOf;
    case 'day':
      return moments.day;
    case 'instant':
      return moments.instant;
    case 'list':
      return (text) => listOf(text, parts.separator ?? ',');
    case 'money':
      return moneyReader(parts, columns, zone);
  }
};

const integerOf = (text: string): number => {
  const value = Number(text);
  if (/^[+-]?\d+(\.0+)?$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new RowFault(`\`${text}\` is not a whole number`);
};

const numberOf = (text: string): number => {
  const value = Number(text);
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(value)) return value;
  throw new RowFault(`\`${text}\` is not a number`);
};

const TRUE = new Set(['true', 't', 'yes', 'y', '1']);
const FALSE = new Set(['false', 'f', 'no', 'n', '0']);

const booleanOf = (text: string): boolean => {
  const lower = text.toLowerCase();
  if (TRUE.has(lower)) return true;
  if (FALSE.has(lower)) return false;
  throw new RowFault(`\`${text}\` is neither true nor false`);
};

const listOf = (text: string, separator: string): Json => {
  if (text.startsWith('[')) {
    try {
      return JSON.parse(text) as Json;
    } catch {
      throw new RowFault(`\`${text}\` is not a list`);
    }
  }
  return text
    .split(separator)
    .map((member) => member.trim())
    .filter((member) => member !== '');
};

const moneyReader = (parts: ExpressionParts, columns: Columns, zone: Zone): Convert => {
  const currency =
    parts.currency === undefined ? undefined : compileText(parts.currency, columns, zone);
  return (text, row) => {
    const code = currency?.(row)?.toUpperCase();
    if (code === undefined) throw new RowFault(`\`${text}\` is an amount without a currency`);
    if (parts.unit === 'minor') return { minor: integerOf(text), currency: code };
    if (!/^[+-]?\d+(\.\d+)?$/.test(text)) {
      throw new RowFault(`\`${text}\` is not an amount: write digits and a decimal point only`);
    }
    try {
      const { minor } = fromDecimal(text, code);
      return { minor, currency: code };
    } catch (error) {
      throw new RowFault(error instanceof Error ? error.message : String(error));
    }
  };
};
