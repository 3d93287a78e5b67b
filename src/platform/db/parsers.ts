import pg from 'pg';
import { bug } from '../../domain/errors.ts';
import { toInstant, type Instant } from '../../domain/time.ts';

type Parser = (text: string) => unknown;

const asText: Parser = (text) => text;

const toInteger = (text: string): number => {
  const number = Number(text);
  if (Number.isSafeInteger(number)) return number;
  throw bug(
    'db.integer_too_large',
    `the integer ${text} does not fit a number exactly; read it as text`,
  );
};

/** `2026-11-21 22:45:48.123456+00`, as sessions in UTC write it, by a shorter way than parsing. */
const UTC_TEXT = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/;

const toInstantText = (text: string): Instant => {
  const parts = UTC_TEXT.exec(text);
  if (parts === null) return toInstant(text.replace(' ', 'T'));
  const [, day = '', time = '', fraction = ''] = parts;
  return `${day}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}Z` as Instant;
};

// Its declaration knows the scalar types only.
const usualParser = pg.types.getTypeParser as unknown as (
  type: number,
  format?: 'text' | 'binary',
) => Parser;

const textArray = usualParser(1009) as (text: string) => unknown[];

const each = (parse: Parser) => {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    return typeof value === 'string' ? parse(value) : value;
  };
  return (text: string) => walk(textArray(text));
};

const parseJson: Parser = (text) => JSON.parse(text) as unknown;

/** Types that we read otherwise than `pg` does, by their number in PostgreSQL: the type, then arrays of it. */
const SCALARS: readonly (readonly [type: number, array: number, Parser])[] = [
  [20, 1016, toInteger], // int8
  [114, 199, parseJson], // json
  [3802, 3807, parseJson], // jsonb
  [1082, 1182, asText], // date
  [1083, 1183, asText], // time
  [1114, 1115, asText], // timestamp without zone
  [1184, 1185, toInstantText], // timestamptz
  [1186, 1187, asText], // interval
  [1700, 1231, asText], // numeric
];

const PARSERS = new Map<number, Parser>(
  SCALARS.flatMap(([type, array, parse]) => [
    [type, parse],
    [array, each(parse)],
  ]),
);

/** The one table by which rows are read, on both databases. */
export const types: pg.CustomTypesConfig = {
  getTypeParser: (type: number, format?: 'text' | 'binary') =>
    (format === 'binary' ? undefined : PARSERS.get(type)) ?? usualParser(type, format),
};
