import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { worstCase, type Scores } from '../../../src/domain/score.ts';
import { assessView, type AssessedSituation } from '../../../src/sense/assess-view.ts';
import { backfill } from '../../../src/sense/backfill.ts';
import { deriveFacts } from '../../../src/sense/derive.ts';
import { rateAccount } from '../../../src/sense/rate.ts';
import { daily, viewOf, type AccountInput } from '../../support/account-view.ts';
import { SCORES, SIGNALS } from '../signals/packaged.ts';
import { anyAccount, anyRemoval, propertyConfig, without } from './accounts.ts';

const RUNS = { numRuns: 120 };

/** Everything the account is, its history filled in from the same data. */
const assessed = (input: AccountInput): AssessedSituation => {
  const view = viewOf(input);
  const parts = { signals: SIGNALS, scores: SCORES, config: view.config };
  return assessView(parts, view, backfill(parts, view).past);
};

const rated = (input: AccountInput, previous: Scores): Scores => {
  const view = viewOf(input);
  const facts = deriveFacts(SIGNALS, view);
  return rateAccount(SCORES, { facts, now: view.now, previous, config: view.config });
};

const score = (scores: Scores, id: string) => {
  const found = scores[id];
  if (found === undefined) throw new Error(`no score ${id}`);
  return found;
};

interface Alert {
  readonly kind: string;
  readonly feature: string | null;
}

const alertsOf = ({ facts }: AssessedSituation): string[] =>
  ((facts['health_alerts']?.value ?? []) as unknown as readonly Alert[]).map(
    ({ kind, feature }) => `${kind} ${feature ?? ''}`,
  );

describe('removing an input, several, or a whole source', () => {
  const whole = fc.property(anyAccount, anyRemoval, (input, kinds) => {
    const full = assessed(input);
    const less = assessed(without(input, kinds));
    const [was, is] = [full.scores, less.scores];

    // Nothing is saved for want of data: what supports a save gets no stronger.
    expect(score(is, 'churn_risk').supported).toBeLessThanOrEqual(
      score(was, 'churn_risk').supported,
    );
    for (const id of ['health', 'renewal_rating']) {
      expect(score(is, id).supported).toBeGreaterThanOrEqual(score(was, id).supported);
    }
    // Nor is money: the same of what server data alone supports.
    const trusted = (from: AssessedSituation, id: string) => from.facts[id]?.trustedValue ?? null;
    const churnWas = trusted(full, 'churn_risk_supported');
    const churnIs = trusted(less, 'churn_risk_supported');
    if (churnWas !== null && churnIs !== null)
      expect(churnIs).toBeLessThanOrEqual(Number(churnWas));

    // No alert comes up.
    expect(alertsOf(full)).toEqual(expect.arrayContaining(alertsOf(less)));

    // Nothing is sold for want of data.
    for (const id of ['expansion_ready', 'sellable']) {
      for (const field of ['value', 'trustedValue'] as const) {
        if (less.facts[id]?.[field] === true) expect(full.facts[id]?.[field]).toBe(true);
      }
    }
    expect(worstCase(score(is, 'churn_risk'))).toBeGreaterThanOrEqual(
      worstCase(score(was, 'churn_risk')),
    );
    expect(worstCase(score(is, 'health'))).toBeLessThanOrEqual(worstCase(score(was, 'health')));
    expect(score(is, 'churn_risk').coverage).toBeLessThanOrEqual(score(was, 'churn_risk').coverage);
  });

  test('unlocks nothing, even had it never been there', () => fc.assert(whole, RUNS));

  const fromOneDayToTheNext = fc.property(anyAccount, anyRemoval, (input, kinds) => {
    const before = rated(input, {});
    const after = rated(without(input, kinds), before);
    expect(score(after, 'churn_risk').value).toBeGreaterThanOrEqual(
      score(before, 'churn_risk').value,
    );
    expect(score(after, 'health').value).toBeLessThanOrEqual(score(before, 'health').value);
    expect(score(after, 'renewal_rating').value).toBeLessThanOrEqual(
      score(before, 'renewal_rating').value,
    );
  });

  test('never betters a value once the input was known', () =>
    fc.assert(fromOneDayToTheNext, RUNS));
});

describe('what is remembered of a missing input', () => {
  const halved: AccountInput = { metrics: { logins: { server: daily(120, 10, [28, 4]) } } };
  const line = (scores: Scores) =>
    score(scores, 'churn_risk').contributions.find(({ input }) => input === 'login_trend');

  test('counts as neutral where nothing was ever known', () => {
    expect(line(rated({}, {}))).toMatchObject({ points: 11, weight: 22, known: false });
  });

  test('counts as it was last known where that was worse, for as long as it is missing', () => {
    const known = rated(halved, {});
    expect(line(known)).toMatchObject({ points: 22, known: true });
    const missing = rated({}, known);
    expect(line(missing)).toMatchObject({ points: 22, known: false });
    expect(line(rated({}, missing))).toMatchObject({ points: 22, known: false });
  });

  test('is forgotten once the input is back', () => {
    const missing = rated({}, rated(halved, {}));
    const back = rated({ metrics: { logins: { server: daily(120, 10) } } }, missing);
    expect(line(back)).toMatchObject({ points: 0, known: true });
  });
});

describe('a feature that sends nothing', () => {
  const use = (features: Record<string, readonly number[]>): AccountInput => ({
    config: propertyConfig,
    metrics: Object.fromEntries(
      Object.entries(features).map(([id, server]) => [`feature:${id}`, { server }]),
    ),
  });
  const steady = daily(120, 3);
  const dropped = daily(120, 3, [28, 0]);

  test('is missing where the files name its events and nobody was ever heard to use it', () => {
    const fact = deriveFacts(SIGNALS, viewOf(use({ board: steady, report: dropped })))[
      'feature_breadth_trend'
    ];
    // One of two was lost; the third may have been used and lost too, or newly taken up.
    expect(fact?.value).toEqual({ change: -5_000, atLeast: 0, atMost: 6_666 });
    expect(fact?.coverage).toBe(6_666);
    expect(fact?.note).toBe('not received: feature:export');
  });

  test('is merely not adopted where others are heard to use it', () => {
    const input = {
      ...use({ board: steady, report: dropped }),
      heard: { 'feature:export': viewOf().now },
    };
    expect(deriveFacts(SIGNALS, viewOf(input))['feature_breadth_trend']?.value).toEqual({
      change: -5_000,
      atLeast: 5_000,
      atMost: 5_000,
    });
  });
});
