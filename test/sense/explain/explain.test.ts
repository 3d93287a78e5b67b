import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Contribution, Score } from '../../../src/domain/score.ts';
import { addDays } from '../../../src/domain/time.ts';
import { deriveFacts } from '../../../src/sense/derive.ts';
import { explainScore } from '../../../src/sense/explain.ts';
import { rateAccount } from '../../../src/sense/rate.ts';
import type { DatedScore } from '../../../src/sense/score-store.ts';
import { NOW, TODAY, viewOf, type AccountInput } from '../../support/account-view.ts';
import { anyAccount } from '../scores/accounts.ts';
import { SCORES, SIGNALS } from '../signals/packaged.ts';

const line = (input: string, points: number, rest: Partial<Contribution> = {}): Contribution => ({
  input,
  points,
  weight: 30,
  known: true,
  reason: `${input} stands at ${points}`,
  ...rest,
});

const scoreOf = (...contributions: readonly Contribution[]): Score => {
  const value = contributions.reduce((sum, { points }) => sum + points, 0);
  return {
    id: 'churn_risk',
    status: 'known',
    value,
    supported: value,
    tier: 'medium',
    coverage: 10_000,
    contributions,
    weightsVersion: 'churn_risk@2',
    at: NOW,
  };
};

const explain = (now: Score, then: Score | null, history: readonly DatedScore[] = []) =>
  explainScore({ now, then, history, today: TODAY });

describe('why is this 45, and why was it 62 last week?', () => {
  const lastWeek = scoreOf(line('logins', 22), line('depth', 28), line('tickets', 12));
  const today = scoreOf(
    line('logins', 22),
    line('depth', 11),
    line('tickets', 7, { known: false, reason: 'no ticket was ever received' }),
    line('clamp', 5),
  );

  test('line by line, in the order of the receipt', () => {
    const { value, valueThen, change, lines } = explain(today, lastWeek);
    expect([value, valueThen, change]).toEqual([45, 62, -17]);
    expect(lines.map(({ input, then, now, change: by }) => [input, then, now, by])).toEqual([
      ['logins', 22, 22, 0],
      ['depth', 28, 11, -17],
      ['tickets', 12, 7, -5],
      ['clamp', null, 5, 5],
    ]);
  });

  test('with the reasons of both days, and what is missing', () => {
    const { lines, missing } = explain(today, lastWeek);
    expect(lines[2]).toMatchObject({
      known: false,
      reason: 'no ticket was ever received',
      reasonThen: 'tickets stands at 12',
    });
    expect(missing).toEqual(['tickets']);
  });

  test('names the inputs that weigh most, of those that are known', () => {
    expect(explain(today, lastWeek).primary).toEqual(['logins', 'depth']);
    const health = scoreOf(
      line('base', 100),
      line('a', -3),
      line('b', -20),
      line('c', 0),
      line('d', -4),
      line('e', -9),
    );
    expect(explain(health, null).primary).toEqual(['b', 'e', 'd']);
  });

  test('a line that is gone takes its points with it', () => {
    const { lines, change } = explain(scoreOf(line('logins', 5)), lastWeek);
    expect(change).toBe(-57);
    expect(lines.map(({ input, now, change: by }) => [input, now, by])).toEqual([
      ['logins', 5, -17],
      ['depth', null, -28],
      ['tickets', null, -12],
    ]);
  });

  test('without an earlier day there is no change to speak of', () => {
    const { change, valueThen, lines } = explain(today, null);
    expect([change, valueThen]).toEqual([null, null]);
    expect(lines.every((one) => one.change === null && one.then === null)).toBe(true);
  });
});

describe('the trend', () => {
  test('is the last thirty days and today, oldest first', () => {
    const history = [60, 31, 30, 2, 1].map((days) => ({
      day: addDays(TODAY, -days),
      score: scoreOf(line('logins', days)),
    }));
    expect(explain(scoreOf(line('logins', 9)), null, history).trend).toEqual([
      { day: addDays(TODAY, -30), value: 30, tier: 'medium' },
      { day: addDays(TODAY, -2), value: 2, tier: 'medium' },
      { day: addDays(TODAY, -1), value: 1, tier: 'medium' },
      { day: TODAY, value: 9, tier: 'medium' },
    ]);
  });
});

describe('any two receipts', () => {
  const rated = (input: AccountInput) => {
    const view = viewOf(input);
    const facts = deriveFacts(SIGNALS, view);
    return rateAccount(SCORES, { facts, now: view.now, previous: {}, config: view.config });
  };

  test('differ by what their lines differ by', () =>
    fc.assert(
      fc.property(anyAccount, anyAccount, (a, b) => {
        const [then, now] = [rated(a), rated(b)];
        for (const { id } of SCORES) {
          const [was, is] = [then[id] ?? null, now[id]];
          if (is === undefined) throw new Error(`no score ${id}`);
          const { lines, change, value } = explain(is, was);
          expect(lines.reduce((sum, one) => sum + (one.change ?? 0), 0)).toBe(change);
          expect(lines.reduce((sum, one) => sum + (one.now ?? 0), 0)).toBe(value);
        }
      }),
      { numRuns: 60 },
    ));
});
