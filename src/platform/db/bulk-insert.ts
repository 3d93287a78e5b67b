import { bug } from '../../domain/errors.ts';

interface Target {
  readonly table: string;
  /** Column → PostgreSQL type. */
  readonly columns: Readonly<Record<string, string>>;
  readonly onConflict: string;
}

type Execute = (text: string, values: readonly unknown[]) => Promise<number>;

/** Keeps one statement's parameters to a few megabytes for rows of usual width. */
const ROWS_A_STATEMENT = 5_000;

const NAME = /^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?$/;
const COLUMN = /^[a-z_][a-z0-9_]*$/;
const TYPE = /^[a-z][a-z0-9 ]*(\(\d+(,\d+)?\))?(\[\])?$/;

const check = (pattern: RegExp, text: string): string => {
  if (pattern.test(text)) return text;
  throw bug('db.bad_name', `\`${text}\` is not a plain table, column or type name`);
};

const isJson = (type: string) => type === 'jsonb' || type === 'json';

/** PostgreSQL's text of an array, null members kept. Nested arrays are written as such. */
const arrayLiteral = (members: readonly unknown[], member: (value: unknown) => string): string =>
  `{${members.map((value) => (value === null || value === undefined ? 'NULL' : member(value))).join(',')}}`;

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

const scalarText = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value);
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  if (value instanceof Date) return value.toISOString();
  throw bug('db.bad_value', `a ${typeof value} cannot be written to a column that is not jsonb`);
};

const memberText =
  (type: string) =>
  (value: unknown): string => {
    if (isJson(type)) return quoted(JSON.stringify(value));
    // Bare, because each quote would have to be escaped once more.
    if (typeof value === 'number') return String(value);
    return Array.isArray(value) ? arrayLiteral(value, memberText(type)) : quoted(scalarText(value));
  };

const arrayText = (type: string, value: unknown): string =>
  Array.isArray(value) ? arrayLiteral(value, memberText(type)) : scalarText(value);

/** The text PostgreSQL reads the value from. Rows of arrays go as texts, because `unnest` would flatten them. */
const asText = (type: string, value: unknown): string | null => {
  if (value === null || value === undefined) return null;
  if (isJson(type)) return JSON.stringify(value);
  return type.endsWith('[]') ? arrayText(type.slice(0, -2), value) : scalarText(value);
};

const statement = ({ table, columns, onConflict }: Target): string => {
  const names = Object.keys(columns).map((name) => `"${check(COLUMN, name)}"`);
  const types = Object.values(columns).map((type) => check(TYPE, type));
  const cast = names.map((name, index) => `u.${name}::${types[index] ?? ''}`);
  const arrays = names.map((_, index) => `$${index + 1}::text[]`);
  return `insert into ${check(NAME, table)} (${names.join(', ')})
    select ${cast.join(', ')} from unnest(${arrays.join(', ')}) as u(${names.join(', ')}) ${onConflict}`;
};

const columnTexts = (types: readonly string[], rows: readonly (readonly unknown[])[]): string[] =>
  types.map((type, column) => {
    // A text of JSON has no control characters, so that JSON's way to quote it is the array's way too, and native.
    const quote = isJson(type) ? JSON.stringify : quoted;
    return arrayLiteral(
      rows.map((row) => asText(type, row[column])),
      (text) => quote(text),
    );
  });

/** Inserts rows by `unnest`, some thousand a statement, and returns how many were inserted. Values in column order. */
export const insertByUnnest = async (
  execute: Execute,
  target: Target,
  rows: readonly (readonly unknown[])[],
): Promise<number> => {
  const text = statement(target);
  const types = Object.values(target.columns);
  let inserted = 0;
  for (let from = 0; from < rows.length; from += ROWS_A_STATEMENT) {
    inserted += await execute(text, columnTexts(types, rows.slice(from, from + ROWS_A_STATEMENT)));
  }
  return inserted;
};
