import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  activeDays,
  addSeries,
  compareWindows,
  coverageOf,
  daysSinceActive,
  fallingSteps,
  knownDays,
  latestOf,
  meanOf,
  peakOf,
  slopeOf,
  sumOf,
  weeklySums,
  windowOf,
} from '../../../src/sense/series/windows.ts';

const days = fc.array(fc.option(fc.nat(10_000), { nil: null, freq: 4 }), { maxLength: 60 });

describe('windows', () => {
  it('takes days counted back from today and fills what lies beyond with unknown', () => {
    expect(windowOf([1, 2, 3, 4], 2)).toEqual([3, 4]);
    expect(windowOf([1, 2, 3, 4], 2, 1)).toEqual([2, 3]);
    expect(windowOf([1, 2], 4)).toEqual([null, null, 1, 2]);
    expect(windowOf([1, 2], 2, 5)).toEqual([null, null]);
  });

  it.each([
    [[], null, null, null, null, null, 0],
    [[null, null], null, null, null, null, null, 0],
    [[null, 0], 0, 0, 0, 0, 0, 5000],
    [[3, null, 0, 6], 9, 3, 6, 2, 6, 7500],
  ] as const)('sums up %j', (series, sum, mean, peak, active, latest, coverage) => {
    expect(sumOf(series)).toBe(sum);
    expect(meanOf(series)).toBe(mean);
    expect(peakOf(series)).toBe(peak);
    expect(activeDays(series)).toBe(active);
    expect(latestOf(series)).toBe(latest);
    expect(coverageOf(series)).toBe(coverage);
  });

  it('counts days since the last use, and does not call unknown days use', () => {
    expect(daysSinceActive([5, 0, 0])).toBe(2);
    expect(daysSinceActive([0, 0, 1])).toBe(0);
    expect(daysSinceActive([0, null])).toBeNull();
    expect(daysSinceActive([4, null])).toBe(1);
  });

  it('compares a week with the four before it', () => {
    const halved = [...Array<number>(28).fill(10), ...Array<number>(7).fill(5)];
    expect(compareWindows(halved, { recentDays: 7, baselineDays: 28 })).toEqual({
      recent: 5,
      baseline: 10,
      changeBasisPoints: -5000,
      coverage: 10_000,
    });
  });

  it('leaves an unfinished today out when asked', () => {
    const series = [10, 10, 10, 0];
    expect(
      compareWindows(series, { recentDays: 1, baselineDays: 2, endingDaysAgo: 1 })
        .changeBasisPoints,
    ).toBe(0);
    expect(compareWindows(series, { recentDays: 1, baselineDays: 2 }).changeBasisPoints).toBe(
      -10_000,
    );
  });

  it('knows no change without a baseline above zero', () => {
    expect(
      compareWindows([0, 0, 5], { recentDays: 1, baselineDays: 2 }).changeBasisPoints,
    ).toBeNull();
    expect(compareWindows([5], { recentDays: 1, baselineDays: 2 }).changeBasisPoints).toBeNull();
  });

  it('sums whole weeks and counts how long they have been falling', () => {
    const series = [
      ...Array<number>(7).fill(3),
      ...Array<number>(7).fill(2),
      ...Array<number>(7).fill(1),
    ];
    expect(weeklySums(series, 4)).toEqual([null, 21, 14, 7]);
    expect(fallingSteps(weeklySums(series, 4))).toBe(2);
    expect(fallingSteps([3, 2, 2])).toBe(0);
    expect(fallingSteps([])).toBe(0);
  });

  it('gives the slope a day', () => {
    expect(slopeOf([1, 3, 5, 7])).toBe(2);
    expect(slopeOf([7, null, 3, null])).toBe(-2);
    expect(slopeOf([4])).toBeNull();
  });

  it('adds series aligned at today', () => {
    expect(
      addSeries([
        [1, 2, null],
        [10, null],
      ]),
    ).toEqual([1, 12, null]);
    expect(addSeries([])).toEqual([]);
  });

  it('never reads an unknown day as zero', () => {
    fc.assert(
      fc.property(days, (series) => {
        const known = series.filter((value) => value !== null);
        expect(sumOf(series)).toBe(known.length === 0 ? null : known.reduce((a, b) => a + b, 0));
        expect(meanOf([null, ...series])).toBe(meanOf(series));
        expect(knownDays(series)).toBe(known.length);
        expect(slopeOf([...series, null])).toBe(slopeOf(series));
      }),
    );
  });

  it('compares alike whatever the scale', () => {
    fc.assert(
      fc.property(days, fc.integer({ min: 1, max: 50 }), (series, factor) => {
        const scaled = series.map((value) => (value === null ? null : value * factor));
        const options = { recentDays: 7, baselineDays: 28 };
        expect(compareWindows(scaled, options).changeBasisPoints).toBe(
          compareWindows(series, options).changeBasisPoints,
        );
      }),
    );
  });
});
