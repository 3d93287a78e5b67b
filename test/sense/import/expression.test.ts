import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from '../../../src/sense/import/expression.ts';
import type { Expression } from '../../../src/sense/import/mapping-schema.ts';
import { momentReader } from '../../../src/sense/import/moments.ts';

/** The value of an expression over one cell, `x`; another cell, `y`, holds `b`. */
const valueOf = (expression: Expression, x: string): unknown =>
  compile(expression, (column) => () => (column === 'x' ? x : 'b'), 'Europe/Berlin')([]);

describe('values', () => {
  it.each<[Expression, string, unknown]>([
    ['x', 'a', 'a'],
    ['x', '', undefined],
    [{ constant: 7 }, 'a', 7],
    [{ constant: '2026-01-31', as: 'instant' }, 'a', '2026-01-30T23:00:00.000Z'],
    [{ column: 'x', ignore: ['N/A'] }, 'N/A', undefined],
    [{ column: 'x', empty: 'clear' }, '', null],
    [{ column: 'x', default: 3 }, '', 3],
    [{ column: 'x', lowercase: true, map: { yes: 'active' } }, 'YES', 'active'],
    [{ column: 'x', map: { a: true }, otherwise: false }, 'b', false],
    [{ column: 'x', map: { m: '12' }, as: 'integer' }, 'm', 12],
    [{ column: 'x', prefix: 'feature:' }, 'a', 'feature:a'],
    [{ column: 'x', prefix: 'feature:' }, '', undefined],
    [{ concat: ['x', 'y'], separator: '-' }, 'a', 'a-b'],
    [{ concat: ['x', 'y'] }, '', undefined],
    [{ object: { one: 'x', two: { constant: 2 } } }, '', { two: 2 }],
    [{ object: { one: 'x' } }, '', undefined],
    [{ column: 'x', as: 'integer' }, '-12', -12],
    [{ column: 'x', as: 'integer' }, '12.0', 12],
    [{ column: 'x', as: 'number' }, '1e3', 1000],
    [{ column: 'x', as: 'boolean' }, 'No', false],
    [{ column: 'x', as: 'list', separator: '|' }, 'a| b||', ['a', 'b']],
    [{ column: 'x', as: 'list' }, '["a,b"]', ['a,b']],
    [
      { column: 'x', as: 'money', currency: { constant: 'usd' } },
      '49.5',
      { minor: 4950, currency: 'USD' },
    ],
    [
      { column: 'x', as: 'money', currency: { constant: 'JPY' } },
      '49',
      { minor: 49, currency: 'JPY' },
    ],
    [
      { column: 'x', as: 'money', unit: 'minor', currency: { constant: 'USD' } },
      '49',
      { minor: 49, currency: 'USD' },
    ],
  ])('%j of `%s`', (expression, cell, expected) => {
    expect(valueOf(expression, cell)).toEqual(expected);
  });

  it.each<[Expression, string, RegExp]>([
    [{ column: 'x', map: { a: 'b' } }, 'c', /none of a/],
    [{ column: 'x', as: 'integer' }, '1.5', /whole number/],
    [{ column: 'x', as: 'integer' }, '99999999999999999999', /whole number/],
    [{ column: 'x', as: 'number' }, '0x10', /not a number/],
    [{ column: 'x', as: 'boolean' }, 'maybe', /neither/],
    [{ column: 'x', as: 'money', currency: { constant: 'USD' } }, '1.234', /too many decimals/],
    [{ column: 'x', as: 'money', currency: { constant: 'USD' } }, '1,234.00', /not an amount/],
    [{ column: 'x', as: 'money', currency: { constant: 'dollars' } }, '1', /./],
    [{ column: 'x', as: 'money' }, '1', /without a currency/],
    [{ column: 'x', as: 'list' }, '[1', /not a list/],
  ])('%j refuses `%s`', (expression, cell, reason) => {
    expect(() => valueOf(expression, cell)).toThrow(reason);
  });
});

describe('dates and times', () => {
  it.each<[string | undefined, string, string, string]>([
    [undefined, '2024-03-05', '2024-03-05', '2024-03-04T23:00:00.000Z'],
    [undefined, '2024-3-5 3:00', '2024-03-05', '2024-03-05T02:00:00.000Z'],
    [undefined, '2024-07-05T03:00:07.1234', '2024-07-05', '2024-07-05T01:00:07.123Z'],
    // A moment with an offset falls on a day of the zone.
    [undefined, '2024-03-05T23:30:00Z', '2024-03-06', '2024-03-05T23:30:00.000Z'],
    [undefined, '2024-03-05 01:30 -0500', '2024-03-05', '2024-03-05T06:30:00.000Z'],
    ['dd/MM/yyyy HH:mm', '05/03/2024 14:00', '2024-03-05', '2024-03-05T13:00:00.000Z'],
    ['M/d/yyyy h:mm a', '3/5/2024 12:00 AM', '2024-03-05', '2024-03-04T23:00:00.000Z'],
    ['M/d/yyyy h:mm a', '3/5/2024 12:30 PM', '2024-03-05', '2024-03-05T11:30:00.000Z'],
    ['yyyy.MM.dd', '2024.03.05', '2024-03-05', '2024-03-04T23:00:00.000Z'],
    ['yyyy/MM/ddTHH:mmZ', '2024/03/05T10:00+02:00', '2024-03-05', '2024-03-05T08:00:00.000Z'],
    ['epoch_seconds', '1709679600', '2024-03-06', '2024-03-05T23:00:00.000Z'],
    ['epoch_milliseconds', '1709679600123', '2024-03-06', '2024-03-05T23:00:00.123Z'],
  ])('by %s: `%s`', (format, text, day, instant) => {
    const read = momentReader('Europe/Berlin', format);
    expect([read.day(text), read.instant(text)]).toEqual([day, instant]);
  });

  it.each<[string | undefined, string]>([
    [undefined, '05.03.2024'],
    [undefined, '2024-02-30'],
    [undefined, '2024-03-05 25:00'],
    [undefined, '2024-03-05T10:00:00+99:00'],
    [undefined, '20240305'],
    ['dd/MM/yyyy', '2024-03-05'],
    ['dd/MM/yyyy', '05/13/2024'],
    ['yyyy.MM.dd', '2024x03x05'],
    ['h:mm a dd/MM/yyyy', '13:00 PM 05/03/2024'],
    ['epoch_seconds', 'soon'],
  ])('by %s refuses `%s`', (format, text) => {
    expect(() => momentReader('UTC', format).instant(text)).toThrow(
      expect.objectContaining({ name: 'RowFault' }) as Error,
    );
  });

  it('throws nothing but row faults, whatever stands in a cell', () => {
    const cell = fc.oneof(
      fc.string(),
      fc.stringMatching(/^[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}([T ][0-9:.+-]{1,15})?$/),
    );
    fc.assert(
      fc.property(
        cell,
        fc.constantFrom('integer', 'number', 'boolean', 'day', 'instant', 'list', 'money'),
        (text, as) => {
          try {
            valueOf({ column: 'x', as, currency: 'y' }, text);
          } catch (error) {
            expect(error).toMatchObject({ name: 'RowFault' });
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
