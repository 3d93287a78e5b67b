import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeFinding, judgeMoves } from '../../../src/act/brake/judge.ts';
import { countMoves, noMoves, type Figures, type Moves } from '../../../src/sense/figures.ts';
import { addHours, type Instant } from '../../../src/domain/time.ts';
import { SIGNALS } from '../../sense/signals/packaged.ts';

const THEN: Instant = '2026-03-30T02:00:00.000Z';
const RULES = { tiers: 2_000, facts: 1_500, minAccounts: 10, liftByNormalRun: false };
const units = new Map(SIGNALS.map(({ id, unit }) => [id, unit]));

const FACTS: Figures['facts'] = {
  login_trend: 200,
  logins: 240,
  active_days: 20,
  api_volume: 9_000,
  api_volume_trend: -300,
  days_to_renewal: 90,
  payment_status: 'current',
  subscription_status: 'active',
  mrr: 24_900,
  open_tickets: 0,
};
const figures = (facts: Figures['facts'] = {}, rest: Partial<Figures> = {}): Figures => ({
  at: THEN,
  configVersion: 1,
  tiers: { churn_risk: 'low', health: 'healthy' },
  facts: { ...FACTS, ...facts },
  ...rest,
});
const nextDay = { at: addHours(THEN, 24) };

/** `count` accounts of which the given figures changed, among a hundred of which nothing did. */
const movesOf = (count: number, after: Figures, before: Figures | null = figures()): Moves => {
  const moves = noMoves();
  for (let index = 0; index < 100; index += 1) {
    countMoves(moves, before, index < count ? after : figures({}, nextDay), units);
  }
  return moves;
};

const loginsLost = figures(
  { login_trend: null, logins: null, active_days: null },
  { ...nextDay, tiers: { churn_risk: null, health: 'healthy' } },
);

describe('too much at once', () => {
  test('names the input that everything which moved rests on', () => {
    const finding = judgeMoves(movesOf(80, loginsLost), RULES, SIGNALS);
    expect(finding).toMatchObject({ tierChanged: 80, because: ['tiers', 'facts'] });
    expect(finding?.suspects[0]).toMatchObject({ input: 'logins', share: 8_000, lost: 8_000 });
    expect(finding?.suspects).toHaveLength(1);
    if (finding !== null) expect(describeFinding(finding)).toContain('suspected: `logins` (80 %');
  });

  test('is a tier of a fifth of the accounts, and not of fewer', () => {
    const other = figures({}, { ...nextDay, tiers: { churn_risk: 'high', health: 'healthy' } });
    expect(judgeMoves(movesOf(20, other), RULES, SIGNALS)).toBeNull();
    expect(judgeMoves(movesOf(21, other), RULES, SIGNALS)).toMatchObject({ because: ['tiers'] });
  });

  test('names the configuration where it changed in between', () => {
    const moves = noMoves();
    const after = { ...loginsLost, configVersion: 2 };
    for (let index = 0; index < 50; index += 1) countMoves(moves, figures(), after, units);
    expect(judgeMoves(moves, RULES, SIGNALS)?.suspects[0]?.input).toBe('configuration');
  });
});

describe('what is no reason to stop', () => {
  test.each([
    ['a first load', movesOf(100, loginsLost, null)],
    ['data that was missing and comes in', movesOf(100, figures({}, nextDay), loginsLost)],
    ['few accounts', movesOf(9, loginsLost)],
    ['a day that passes', movesOf(100, figures({ days_to_renewal: 89, logins: 236 }, nextDay))],
    ['a look back over more than a week', movesOf(100, { ...loginsLost, at: addHours(THEN, 200) })],
  ])('%s', (_, moves) => {
    expect(judgeMoves(moves, { ...RULES, minAccounts: 10 }, SIGNALS)).toBeNull();
  });

  test('whatever happens to fewer accounts than the least', () =>
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom(...Object.keys(FACTS)),
          fc.option(fc.integer({ min: -20_000, max: 20_000 })),
        ),
        fc.integer({ min: 0, max: 9 }),
        (changed, count) => {
          const after = figures(changed, { ...nextDay, tiers: { churn_risk: 'critical' } });
          expect(judgeMoves(movesOf(count, after), RULES, SIGNALS)).toBeNull();
        },
      ),
    ));
});
