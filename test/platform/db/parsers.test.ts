import { beforeAll, expect, test } from 'vitest';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import { testDatabase } from '../../support/database.ts';

let database: OpenDatabase;
beforeAll(async () => {
  database = await testDatabase();
});

const read = async (expression: string, values: readonly unknown[] = []) => {
  const [row] = await database.withoutTenant((tx) =>
    tx.query(`select ${expression} as value`, values),
  );
  return row?.['value'];
};

// One table for both databases: this file runs on each.
test.each<[string, unknown]>([
  [`true`, true],
  [`7::int2`, 7],
  [`(-2147483648)::int4`, -2147483648],
  [`9007199254740991::int8`, 9007199254740991],
  [`1.5::float8`, 1.5],
  [`'NaN'::float8`, Number.NaN],
  [`12345678901234567890.1200::numeric`, '12345678901234567890.1200'],
  [`'text'::text`, 'text'],
  [`''::varchar`, ''],
  [`'2026-11-21'::date`, '2026-11-21'],
  [`'2026-11-21 22:45:48+00'::timestamptz`, '2026-11-21T22:45:48.000Z'],
  [`'2026-11-21 22:45:48.5+00'::timestamptz`, '2026-11-21T22:45:48.500Z'],
  [`'2026-11-21 22:45:48.123456+02'::timestamptz`, '2026-11-21T20:45:48.123Z'],
  [`'1969-12-31 23:59:59.999+00'::timestamptz`, '1969-12-31T23:59:59.999Z'],
  [`'2026-11-21 22:45:48'::timestamp`, '2026-11-21 22:45:48'],
  [`'22:45'::time`, '22:45:00'],
  [`'1 day 02:00'::interval`, '1 day 02:00:00'],
  [`'{"b": [1, null, "x"], "a": {"c": 1.5}}'::jsonb`, { b: [1, null, 'x'], a: { c: 1.5 } }],
  [`'[1,2]'::json`, [1, 2]],
  [`'"text"'::jsonb`, 'text'],
  [`'null'::jsonb`, null],
  [`'\\x00ff10'::bytea`, Buffer.from([0, 255, 16])],
  [`'6f1c1d2e-0000-4000-8000-000000000000'::uuid`, '6f1c1d2e-0000-4000-8000-000000000000'],
  [`array[1, null, 3]::int[]`, [1, null, 3]],
  [
    `array[[1, 2], [3, null]]::int[]`,
    [
      [1, 2],
      [3, null],
    ],
  ],
  [`array[9007199254740991]::int8[]`, [9007199254740991]],
  [`array['a', null, 'b "q" \\ {}', 'NULL']::text[]`, ['a', null, 'b "q" \\ {}', 'NULL']],
  [`array[1.10]::numeric[]`, ['1.10']],
  [`array['2026-11-21'::date, null]`, ['2026-11-21', null]],
  [`array['2026-11-21 22:45:48+00'::timestamptz]`, ['2026-11-21T22:45:48.000Z']],
  [`array['{"a": 1}'::jsonb, '[2]'::jsonb]`, [{ a: 1 }, [2]]],
  [`array[true, false, null]`, [true, false, null]],
  [`'[1,2.5,3]'::vector`, '[1,2.5,3]'],
  [`null::timestamptz`, null],
  [`(select count(*) from generate_series(1, 3))`, 3],
])('%s is read as %j', async (expression, expected) => {
  expect(await read(expression)).toEqual(expected);
});

test.each([`9007199254740992::int8`, `array[-9007199254740993]::int8[]`])(
  '%s is refused, not rounded',
  async (expression) => {
    await expect(read(expression)).rejects.toMatchObject({ code: 'db.integer_too_large' });
  },
);

test('a refused integer does not spoil the connection', async () => {
  await expect(read('9007199254740993::int8')).rejects.toThrow();
  expect(await read('1')).toBe(1);
});

test.each<[string, string, unknown, unknown]>([
  ['a plain object', 'jsonb', { a: [1, null, { b: 'ü "x"' }] }, { a: [1, null, { b: 'ü "x"' }] }],
  ['an array as text of JSON', 'jsonb', JSON.stringify([1, 'a']), [1, 'a']],
  ['an array with nulls', 'int[]', [1, null, 3], [1, null, 3]],
  ['an array of texts', 'text[]', ['a,b', '"', null, ''], ['a,b', '"', null, '']],
  ['bytes', 'bytea', Buffer.from([1, 0, 255]), Buffer.from([1, 0, 255])],
  ['a large integer', 'int8', 9007199254740991, 9007199254740991],
  ['an instant', 'timestamptz', '2026-11-21T22:45:48.123Z', '2026-11-21T22:45:48.123Z'],
  ['a day', 'date', '2026-11-21', '2026-11-21'],
  ['a truth', 'bool', false, false],
  ['nothing', 'text', null, null],
])('%s is written and comes back', async (_what, type, value, expected) => {
  expect(await read(`$1::${type}`, [value])).toEqual(expected);
});

test('time zone of the session does not matter to what is read', async () => {
  const [row] = await database.withoutTenant(async (tx) => {
    await tx.query(`set local timezone = 'America/St_Johns'`);
    return tx.query(`select '2026-07-01 00:00:00.25+00'::timestamptz as at`);
  });
  expect(row).toEqual({ at: '2026-07-01T00:00:00.250Z' });
});
