import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Facts } from '../../../src/domain/fact.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { Score, Scores } from '../../../src/domain/score.ts';
import { deriveFacts } from '../../../src/sense/derive.ts';
import { rateAccount, sellBounds } from '../../../src/sense/rate.ts';
import { bandOf } from '../../../src/sense/scores/receipt.ts';
import { NOW, testConfig, viewOf, type AccountInput } from '../../support/account-view.ts';
import { SCORES, SIGNALS } from '../signals/packaged.ts';
import { anyAccount } from './accounts.ts';

const rate = (facts: Facts, options: { previous?: Scores; scores?: object } = {}): Scores =>
  rateAccount(SCORES, {
    facts,
    now: NOW,
    previous: options.previous ?? {},
    config: testConfig({ scores: (options.scores ?? {}) as never }),
  });

const derive = (input: AccountInput): Facts => deriveFacts(SIGNALS, viewOf(input));

const fact = (value: unknown, coverage = 10_000) =>
  ({ value, trustedValue: value, unit: '', sources: [], freshAt: NOW, coverage }) as Facts[string];

/** An account about which all is well. */
const WELL: Facts = {
  account_age: fact(400),
  login_trend: fact(0),
  login_trend_fortnight: fact(0),
  feature_breadth_trend: fact({ change: 0, atLeast: 0, atMost: 0 }),
  feature_depth_trend: fact({ change: 0, atLeast: 0, atMost: 0 }),
  workflow_depth_trend: fact({ change: 0, atLeast: 0, atMost: 0 }),
  usage_consistency: fact(10_000),
  api_volume_trend: fact(0),
  ticket_sentiment: fact({ tickets: 0, negative: 0, positive: 0 }),
  ticket_satisfaction: fact({ recent: null }),
  ticket_escalations: fact(0),
  ticket_history: fact({ tickets: 0, unhappy: 0 }),
  payment_status: fact('current'),
  past_due: fact({ days: 0 }),
};

const wellWithout = (...ids: readonly string[]): Facts =>
  Object.fromEntries(Object.entries(WELL).filter(([id]) => !ids.includes(id)));

const get = (scores: Scores, id: string): Score => {
  const found = scores[id];
  if (found === undefined) throw new Error(`no score ${id}`);
  return found;
};

describe('every receipt', () => {
  const sound = fc.property(anyAccount, fc.boolean(), (input, again) => {
    const facts = derive(input);
    const first = rate(facts);
    const scores = again ? rate(facts, { previous: first }) : first;
    for (const one of Object.values(scores)) {
      const total = one.contributions.reduce((sum, { points }) => sum + points, 0);
      expect(total).toBe(one.value);
      expect(Number.isInteger(one.value)).toBe(true);
      expect(one.value).toBeGreaterThanOrEqual(0);
      expect(one.value).toBeLessThanOrEqual(100);
      expect(one.supported).toBeGreaterThanOrEqual(0);
      expect(one.supported).toBeLessThanOrEqual(100);
      expect(one.coverage).toBeLessThanOrEqual(10_000);
      expect(one.tier === null).toBe(one.status !== 'known');
      for (const line of one.contributions) {
        expect(Math.abs(line.points)).toBeLessThanOrEqual(line.weight);
        expect(Object.is(line.points, -0)).toBe(false);
        expect(line.reason).toMatch(/\w/);
      }
    }
  });

  test('adds up to its value, within 0 and 100, each line within its weight', () =>
    fc.assert(sound, { numRuns: 150 }));

  test('is the same for the same facts', () =>
    fc.assert(
      fc.property(anyAccount, (input) => {
        expect(rate(derive(input))).toEqual(rate(derive(input)));
      }),
      { numRuns: 40 },
    ));

  test('survives JSON unchanged', () => {
    const scores = rate(WELL);
    expect(JSON.parse(JSON.stringify(scores))).toEqual(scores);
  });
});

describe('tiers', () => {
  const churn = SCORES.find(({ id }) => id === 'churn_risk');
  test.each([
    [0, 'low'],
    [24, 'low'],
    [25, 'medium'],
    [49, 'medium'],
    [50, 'high'],
    [74, 'high'],
    [75, 'critical'],
    [100, 'critical'],
  ])('of churn risk: %i is %s', (points, tier) => {
    expect(bandOf(churn ?? { tiers: [] }, points)).toBe(tier);
  });

  test.each([
    [0, 'healthy', 100],
    [-6_000, 'watch', 70],
  ])('of health: logins changed by %i is %s', (change, tier, value) => {
    const health = get(rate({ ...WELL, login_trend_fortnight: fact(change) }), 'health');
    expect([health.tier, health.value]).toEqual([tier, value]);
  });
});

describe('churn risk', () => {
  test.each([
    ['all is well', {}, 0],
    ['logins fell by a tenth', { login_trend: fact(-1_000) }, 0],
    ['logins fell by 30 %', { login_trend: fact(-3_000) }, 11],
    ['logins halved', { login_trend: fact(-5_000) }, 22],
    ['logins rose', { login_trend: fact(9_000) }, 0],
    ['API calls stopped', { api_volume_trend: fact(-10_000) }, 13],
    [
      'every feature was left',
      {
        feature_breadth_trend: fact({ change: -10_000, atLeast: 10_000, atMost: 10_000 }),
        feature_depth_trend: fact({ change: -10_000, atLeast: 10_000, atMost: 10_000 }),
      },
      50,
    ],
    ['one angry ticket', { ticket_sentiment: fact({ tickets: 1, negative: 1, positive: 0 }) }, 8],
    ['three of three', { ticket_sentiment: fact({ tickets: 3, negative: 3, positive: 0 }) }, 15],
    [
      'angry as they always were',
      {
        ticket_sentiment: fact({
          tickets: 3,
          negative: 3,
          positive: 0,
          ticketsBefore: 9,
          negativeBefore: 9,
          positiveBefore: 0,
        }),
      },
      8,
    ],
    ['rated 2.5 of 5 without a word', { ticket_satisfaction: fact({ recent: 250 }) }, 8],
    ['two escalations', { ticket_escalations: fact(2) }, 10],
  ])('where %s', (_, differences, value) => {
    const score = get(rate({ ...WELL, ...(differences as Facts) }), 'churn_risk');
    expect([score.value, score.supported]).toEqual([value, value]);
  });

  test('of poor data alone may reach high, and says how little it rests on', () => {
    const lost = fact({ change: -10_000, atLeast: 10_000, atMost: 10_000 });
    const rest = wellWithout('login_trend', 'api_volume_trend');
    const score = get(
      rate({ ...rest, feature_breadth_trend: lost, feature_depth_trend: lost }),
      'churn_risk',
    );
    expect(score).toMatchObject({ status: 'known', supported: 50, value: 68, coverage: 6_500 });
    expect(score.note).toBe('missing: login_trend, api_volume_trend');
  });

  test('of less than half of its weight is unknown', () => {
    const rest = wellWithout('feature_depth_trend', 'feature_breadth_trend');
    const known = get(rate(rest), 'churn_risk');
    expect([known.status, known.coverage]).toEqual(['known', 5_000]);
    const less = wellWithout('feature_depth_trend', 'feature_breadth_trend', 'login_trend');
    const score = get(rate(less), 'churn_risk');
    expect(score).toMatchObject({ status: 'unknown', tier: null, coverage: 2_800 });
    expect(score.note).toMatch(/^only 28 % of 50 % covered; missing: login_trend, /);
  });

  test.each([
    [55, 'too_young'],
    [56, 'known'],
  ])('of an account %i days old is %s', (age, status) => {
    expect(get(rate({ ...WELL, account_age: fact(age) }), 'churn_risk').status).toBe(status);
  });

  test('of an account of unknown age is unknown', () => {
    const rest = wellWithout('account_age');
    expect(get(rate(rest), 'churn_risk').status).toBe('unknown');
  });
});

describe('health and the renewal rating', () => {
  test.each([
    [
      'an invoice is a day late',
      { payment_status: fact('past_due'), past_due: fact({ days: 1 }) },
      87,
    ],
    [
      'an invoice is 14 days late',
      { payment_status: fact('past_due'), past_due: fact({ days: 14 }) },
      80,
    ],
    ['a payment failed', { payment_status: fact('failing') }, 92],
    ['API calls halved', { api_volume_trend: fact(-5_000) }, 85],
  ])('where %s', (_, differences, value) => {
    expect(get(rate({ ...WELL, ...(differences as Facts) }), 'health').value).toBe(value);
  });

  test('rate a renewal by health, tickets and engagement', () => {
    const bad: Facts = {
      ...WELL,
      login_trend: fact(-4_000),
      login_trend_fortnight: fact(-6_000),
      ticket_history: fact({ tickets: 2, unhappy: 2 }),
    };
    const rating = get(rate(bad), 'renewal_rating');
    expect(rating).toMatchObject({ value: 49, supported: 49, tier: 'declining' });
    expect(get(rate(WELL), 'renewal_rating')).toMatchObject({ value: 100, tier: 'on_track' });
  });
});

describe('depth of use', () => {
  const depth = (facts: Facts) =>
    get(rate({ ...WELL, ...facts }), 'churn_risk')
      .contributions.filter(({ input }) => input.startsWith('feature_depth_trend'))
      .map(({ points, known, reason }) => ({ points, known, reason }));
  const lost = (basisPoints: number) =>
    fact({ change: -basisPoints, atLeast: basisPoints, atMost: basisPoints });

  test('is lost where a critical workflow is, however much is still clicked', () => {
    const [line, ...others] = depth({ workflow_depth_trend: lost(10_000) });
    expect(line).toMatchObject({ points: 28, known: true });
    expect(line?.reason).toContain('critical workflows fell 100 %');
    expect(others).toEqual([]);
  });

  test('is that of all features where the workflows go on', () => {
    expect(depth({ feature_depth_trend: lost(8_000) })[0]).toMatchObject({ points: 28 });
  });

  test('may be lost in workflows of which nothing is received', () => {
    const silent = { ...fact(null, 0), value: null, note: 'not received: feature:export' };
    expect(depth({ feature_depth_trend: lost(4_500), workflow_depth_trend: silent })).toEqual([
      expect.objectContaining({ points: 14, known: true }),
      expect.objectContaining({ points: 14, known: false }),
    ]);
  });
});

describe('a tenant’s own weights', () => {
  const check = (settings: object) =>
    SCORES.flatMap((score) =>
      score.check((settings as Record<string, JsonObject | undefined>)[score.id] ?? {}),
    );

  const own = {
    churn_risk: { weights: { login_trend: 60 }, scales: { login_trend: { from: 0, full: 1_000 } } },
  };

  test('count, are told apart, and saturate with a clamp of its own', () => {
    const worst: Facts = {
      ...WELL,
      login_trend: fact(-9_000),
      api_volume_trend: fact(-9_000),
      ticket_escalations: fact(3),
      feature_depth_trend: fact({ change: -9_000, atLeast: 9_000, atMost: 9_000 }),
    };
    const score = get(rate(worst, { scores: own }), 'churn_risk');
    expect(score.value).toBe(100);
    expect(score.supported).toBe(100);
    expect(score.contributions.at(-1)).toMatchObject({ input: 'clamp', points: -16 });
    expect(score.weightsVersion).toMatch(/^churn_risk@2\+w-/);
    expect(get(rate(WELL), 'churn_risk').weightsVersion).toBe('churn_risk@2');
  });

  test.each([
    [{ churn_risk: { weights: { logins: 5 } } }, /churn_risk\.weights: .*logins/],
    [{ churn_risk: { weights: { login_trend: 5.5 } } }, /churn_risk\.weights\.login_trend: /],
    [{ churn_risk: { weights: { login_trend: 0 } } }, /add up to 78; use 100 to 200/],
    [{ health: { scales: { api_volume_trend: { from: 9, full: 9 } } } }, /`from` must be less/],
    [{ churn_risk: { sellBound: 101 } }, /churn_risk\.sellBound: /],
  ])('are checked: %j', (scores, message) => {
    expect(check(scores).join('; ')).toMatch(message);
  });

  test('say how well an account must be to be sold to', () => {
    const bounds = (scores: object) => sellBounds(SCORES, testConfig({ scores: scores as never }));
    expect(bounds({})).toEqual({ churnBelow: 40, healthFrom: 60 });
    expect(bounds({ churn_risk: { sellBound: 25 }, health: { sellBound: 80 } })).toEqual({
      churnBelow: 25,
      healthFrom: 80,
    });
  });

  test('that are good pass, and bad ones stop the rating with all their faults', () => {
    expect(check(own)).toEqual([]);
    const bad = { churn_risk: { neutral: -1, youngDays: 'x' } };
    expect(() => rate(WELL, { scores: bad })).toThrow(
      /churn_risk\.neutral.*churn_risk\.youngDays/s,
    );
  });
});
