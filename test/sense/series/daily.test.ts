import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayFromNumber, dayNumber, type Day } from '../../../src/domain/time.ts';
import { BLOCK_DAYS, blockOf, firstDayOf, placeOf } from '../../../src/sense/series/blocks.ts';
import { dailySeries, type LinkDays } from '../../../src/sense/series/daily.ts';
import { blocksOfPoints } from '../../../src/sense/series/points-to-blocks.ts';
import type { UsageBlock } from '../../../src/sense/series/series-store.ts';

const TODAY = dayNumber('2026-06-30');
const range = { first: TODAY - 9, last: TODAY };
const ago = (days: number): Day => dayFromNumber(TODAY - days);

const blocksOf = (
  values: Readonly<Record<number, number>>,
  partial: Partial<UsageBlock> = {},
): UsageBlock[] =>
  blocksOfPoints(
    Object.entries(values).map(([days, quantity]) => ({
      metric: 'm',
      kind: 'count' as const,
      day: ago(Number(days)),
      quantity,
    })),
  ).map((block) => ({ ...block, linkId: 'l1', trust: 'server', sources: ['product'], ...partial }));

const link = (partial: Partial<LinkDays> = {}): LinkDays => ({
  linkId: 'l1',
  from: '1970-01-01',
  to: null,
  trusted: true,
  ...partial,
});

const nothing = (count: number): null[] => new Array<null>(count).fill(null);

describe('blocks', () => {
  it('hold every day in one place', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1000, max: 60_000 }), (number) => {
        const day = dayFromNumber(number);
        expect(firstDayOf(blockOf(day)) + placeOf(day)).toBe(number);
        expect(placeOf(day)).toBeGreaterThanOrEqual(0);
        expect(placeOf(day)).toBeLessThan(BLOCK_DAYS);
      }),
    );
  });
});

describe('a daily series', () => {
  it('of counts is unknown before its first day and zero after it', () => {
    const series = dailySeries(blocksOf({ 5: 3, 2: 4 }), [link()], 'count', range);
    expect(series.all).toEqual([...nothing(4), 3, 0, 0, 4, 0, 0]);
    expect(series.trusted).toEqual(series.all);
    expect(series.firstDay).toBe(ago(5));
  });

  it('of counts is zero from the start when it began before the days that are shown', () => {
    expect(dailySeries(blocksOf({ 300: 3, 2: 4 }), [link()], 'count', range).all).toEqual([
      0, 0, 0, 0, 0, 0, 0, 4, 0, 0,
    ]);
  });

  it('of levels carries the last known forward, also from before the days that are shown', () => {
    expect(dailySeries(blocksOf({ 5: 3, 2: 4 }), [link()], 'level', range).all).toEqual([
      ...nothing(4),
      3,
      3,
      3,
      4,
      4,
      4,
    ]);
    expect(dailySeries(blocksOf({ 400: 9, 300: 7, 2: 4 }), [link()], 'level', range).all).toEqual([
      7, 7, 7, 7, 7, 7, 7, 4, 4, 4,
    ]);
  });

  it('adds up links, each level carried by itself', () => {
    const blocks = [...blocksOf({ 5: 3 }), ...blocksOf({ 3: 10 }, { linkId: 'l2' })];
    const links = [link(), link({ linkId: 'l2' })];
    expect(dailySeries(blocks, links, 'level', range).all).toEqual([
      ...nothing(4),
      3,
      3,
      13,
      13,
      13,
      13,
    ]);
    expect(dailySeries(blocks, links, 'count', range).all).toEqual([
      ...nothing(4),
      3,
      0,
      10,
      0,
      0,
      0,
    ]);
  });

  it('adds what client and server count, and takes the higher of their levels', () => {
    const client = { trust: 'client' as const, sources: ['browser'] };
    const blocks = [...blocksOf({ 1: 3 }), ...blocksOf({ 1: 8, 0: 1 }, client)];
    const counts = dailySeries(blocks, [link()], 'count', range);
    expect([counts.all, counts.trusted]).toEqual([
      [...nothing(8), 11, 1],
      [...nothing(8), 3, 0],
    ]);
    const levels = dailySeries(blocks, [link()], 'level', range);
    expect([levels.all, levels.trusted]).toEqual([
      [...nothing(8), 8, 1],
      [...nothing(8), 3, 3],
    ]);
    expect(counts.sources).toEqual(['browser', 'product']);
  });

  it('trusts nothing that comes through a link of a client’s making', () => {
    const series = dailySeries(blocksOf({ 1: 3 }), [link({ trusted: false })], 'count', range);
    expect(series.all).toEqual([...nothing(8), 3, 0]);
    expect(series.trusted).toEqual(nothing(10));
  });

  it('counts a link only while it is the account’s', () => {
    const blocks = blocksOf({ 6: 1, 5: 2, 4: 3, 3: 4 });
    const series = dailySeries(blocks, [link({ from: ago(5), to: ago(3) })], 'count', range);
    expect(series.all).toEqual([...nothing(4), 2, 3, 0, 0, 0, 0]);
    const level = dailySeries(blocks, [link({ from: ago(2) })], 'level', range);
    expect(level.all).toEqual([...nothing(7), 4, 4, 4]);
  });

  it('is empty without data', () => {
    expect(dailySeries([], [link()], 'count', range)).toEqual({
      all: nothing(10),
      trusted: nothing(10),
      firstDay: null,
      trustedFirstDay: null,
      sources: [],
    });
  });
});
