import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays, type Day } from '../../src/domain/time.ts';
import type { LookBack } from '../../src/learn/backtest/define.ts';
import { evaluate } from '../../src/learn/backtest/evaluate.ts';
import { monthEnds } from '../../src/learn/backtest/months.ts';

const MONTHS: readonly Day[] = ['2025-01-31', '2025-02-28', '2025-03-31'];
const options = { months: MONTHS, horizonDays: 60 };

const look = (accountId: string, month: number, rest: Partial<LookBack> = {}): LookBack => ({
  accountId,
  asOf: MONTHS[month] ?? '2025-01-31',
  flagged: false,
  naive: false,
  arrMinor: 120_000,
  lostOn: null,
  ...rest,
});

const lost = { lostOn: '2025-04-10' as Day };

describe('what looks say', () => {
  test('counts who was caught, how early, what they were worth, and false alarms once each', () => {
    const looks = [
      look('a', 0, lost),
      look('a', 1, { ...lost, flagged: true }),
      look('a', 2, { ...lost, flagged: true, naive: true, arrMinor: null }),
      look('b', 2, { lostOn: '2025-05-20', arrMinor: 30_000 }),
      look('c', 0, { flagged: true }),
      look('c', 1, { flagged: true }),
      look('d', 0),
      look('d', 2, { flagged: true }),
    ];
    const result = evaluate(looks, options);
    expect(result).toMatchObject({ accounts: 4, looks: 8, lost: 2, arrLostMinor: 150_000 });
    expect(result.rule).toMatchObject({
      flagged: 5,
      right: 2,
      caught: 1,
      medianDaysBefore: 41,
      arrCaughtMinor: 120_000,
    });
    expect(result.rule.falseAlarmsAWeek).toBeCloseTo(2 / ((3 * 30.44) / 7));
    expect(result.naive).toMatchObject({ flagged: 1, right: 1, caught: 1, medianDaysBefore: 10 });
  });

  test('a loss beyond the horizon is none, and its flag is false', () => {
    const result = evaluate([look('a', 0, { lostOn: '2025-12-01', flagged: true })], options);
    expect(result).toMatchObject({ lost: 0, baseRate: 0, evidence: false });
    expect(result.rule).toMatchObject({ right: 0, caught: 0 });
  });
});

describe('evidence', () => {
  const company = (flag: (lostOnes: boolean, index: number) => boolean) =>
    Array.from({ length: 120 }, (_, index) => {
      const leaves = index % 6 === 0;
      return look(`a${index}`, 2, { flagged: flag(leaves, index), ...(leaves ? lost : {}) });
    });

  test('is there where those who leave are flagged', () => {
    const result = evaluate(
      company((leaves) => leaves),
      options,
    );
    expect(result).toMatchObject({ evidence: true, beatsNaive: true });
    expect(result.liftOverBase.value).toBeCloseTo(5.8, 1);
  });

  test('is not where flags fall anyhow, nor where nobody is flagged or everybody is', () => {
    for (const flag of [(_: boolean, index: number) => index % 5 === 1, () => false, () => true]) {
      expect(evaluate(company(flag), options)).toMatchObject({ evidence: false });
    }
  });

  test('is the same whenever it is asked for, and holds its own value', () =>
    fc.assert(
      fc.property(
        fc.array(fc.record({ flagged: fc.boolean(), naive: fc.boolean(), leaves: fc.boolean() }), {
          minLength: 1,
          maxLength: 25,
        }),
        (shapes) => {
          const looks = shapes.map(({ leaves, ...rest }, index) =>
            look(`a${index}`, index % 3, { ...rest, ...(leaves ? lost : {}) }),
          );
          const result = evaluate(looks, options);
          expect(evaluate(looks.toReversed(), options)).toEqual(result);
          for (const { low, high } of [result.liftOverBase, result.liftOverNaive]) {
            expect(low).toBeLessThanOrEqual(high);
            expect(Number.isFinite(high)).toBe(true);
          }
        },
      ),
      { numRuns: 15 },
    ));
});

describe('month ends', () => {
  test('are those whose horizon is over', () => {
    expect(monthEnds('2024-12-31', 3, 90)).toEqual(['2024-07-31', '2024-08-31', '2024-09-30']);
    expect(monthEnds('2024-03-31', 1, 31)).toEqual(['2024-02-29']);
  });

  test('are the last days of their months, whatever the day', () =>
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000 }), fc.integer({ min: 7, max: 365 }), (n, h) => {
        const until = addDays('2020-01-01', n);
        for (const end of monthEnds(until, 4, h)) {
          expect(addDays(end, 1).slice(8)).toBe('01');
          expect(addDays(end, h) <= until).toBe(true);
        }
      }),
    ));
});
