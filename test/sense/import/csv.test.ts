import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCsv, type CsvRecord } from '../../../src/sense/import/csv.ts';
import type { Line } from '../../../src/sense/import/lines.ts';

/** Reads a text that arrives in pieces of so many lines. */
const read = async (text: string, piece = 1_000): Promise<CsvRecord[]> => {
  const lines = text.split('\n').map((line, index): Line => ({ line: index + 1, text: line }));
  async function* pieces(): AsyncGenerator<Line[]> {
    for (let at = 0; at < lines.length; at += piece) yield lines.slice(at, at + piece);
  }
  const records: CsvRecord[] = [];
  for await (const batch of readCsv(pieces(), ',')) records.push(...batch);
  return records;
};

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

describe('CSV', () => {
  it('reads what was written, wherever the pieces are cut', async () => {
    const cell = fc.oneof(
      fc.string(),
      fc.constantFrom('a', 'x,y', 'two\nlines', '"', '""', 'end"\n'),
    );
    const table = fc.array(
      fc.tuple(
        fc.constant('k'),
        cell.filter((text) => !text.includes('\r')),
        cell.filter((text) => !text.includes('\r')),
      ),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 5 }), async (rows, piece) => {
        const text = rows.map((row) => row.map(quoted).join(',')).join('\n');
        const cells = (await read(text, piece)).map((record) =>
          'cells' in record ? record.cells : record,
        );
        expect(cells).toEqual(rows);
      }),
    );
  });

  it('says on which line a record begins', async () => {
    const records = await read('a,b\n1,"two\n\nlines"\n\n,,\n2,z');
    expect(records.map(({ line }) => line)).toEqual([1, 2, 7]);
  });

  it.each([
    ['a wrong closing quote', 'k,"x"y'],
    ['a quote within a cell', 'k,x"y"'],
    ['a quote that never closes', 'k,"x'],
  ])('loses one line to %s', async (_, bad) => {
    const records = await read(['a,b', '1,2', bad, '3,4', '5,"six"', '7,8'].join('\n'), 2);
    expect(records.map((record) => ('fault' in record ? record.line : record.cells[0]))).toEqual([
      'a',
      '1',
      3,
      '3',
      '5',
      '7',
    ]);
  });
});
