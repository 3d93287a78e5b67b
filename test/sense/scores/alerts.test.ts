import { describe, expect, test } from 'vitest';
import type { Contribution, Score, Scores } from '../../../src/domain/score.ts';
import { worstCase } from '../../../src/domain/score.ts';
import { addDays } from '../../../src/domain/time.ts';
import { assessView } from '../../../src/sense/assess-view.ts';
import { backfill } from '../../../src/sense/backfill.ts';
import { healthFacts, type Fall } from '../../../src/sense/scores/health-alerts.ts';
import { pastScoreOf, type DatedPast } from '../../../src/sense/scores/past.ts';
import { sellableFact } from '../../../src/sense/scores/sellable.ts';
import {
  daily,
  daysAgo,
  NOW,
  TODAY,
  viewOf,
  type AccountInput,
} from '../../support/account-view.ts';
import { SCORES, SIGNALS } from '../signals/packaged.ts';

/** A line as `input: points`, or `[points, false]` where it is missing. */
type Lines = Readonly<Record<string, number | readonly [points: number, known: false]>>;

const scoreOf = (id: string, lines: Lines, rest: Partial<Score> = {}): Score => {
  const contributions = Object.entries(lines).map(([input, line]): Contribution => {
    const [points, known] = typeof line === 'number' ? [line, true] : [line[0], false];
    return { input, points, weight: 30, known, reason: `${input} ${points}` };
  });
  const value = contributions.reduce((sum, { points }) => sum + points, 0);
  return {
    id,
    status: 'known',
    value,
    supported: value,
    tier: 'watch',
    coverage: 10_000,
    contributions,
    weightsVersion: `${id}@1`,
    at: NOW,
    ...rest,
  };
};

const health = (lines: Lines, rest: Partial<Score> = {}): Score =>
  scoreOf('health', { base: 100, ...lines }, rest);

const on = (days: number, score: Score): DatedPast => ({
  day: addDays(TODAY, -days),
  score: pastScoreOf(score),
});

const falls = (now: Score, history: readonly DatedPast[]) => {
  const facts = healthFacts({}, now, history, TODAY);
  return {
    drop: facts['health_drop']?.value as Fall | null,
    leak: facts['health_slow_decline']?.value as Fall | null,
  };
};

describe('a drop within seven days (C6)', () => {
  const well = health({ logins: 0, tickets: 0, api: 0 });

  test.each([
    ['20 points in a week', 7, { logins: -12, tickets: -8, api: 0 }, true, 20],
    ['20 points since yesterday', 1, { logins: -20, tickets: 0, api: 0 }, true, 20],
    ['19 points', 7, { logins: -12, tickets: -7, api: 0 }, false, 19],
  ])('%s', (_, days, lines, alert, points) => {
    const { drop } = falls(health(lines), [on(days, well)]);
    expect(drop).toMatchObject({ alert, points, since: addDays(TODAY, -days) });
  });

  test('is not seen from eight days on', () => {
    expect(falls(health({ logins: -25 }), [on(8, health({ logins: 0 }))]).drop).toBeNull();
  });

  test('names what declined, the most first', () => {
    const { drop } = falls(health({ logins: -8, tickets: -13, api: 0 }), [on(3, well)]);
    expect(drop?.declines).toEqual([
      { input: 'tickets', points: 13, reason: 'tickets -13' },
      { input: 'logins', points: 8, reason: 'logins -8' },
    ]);
  });

  test('is not hidden by what rose meanwhile', () => {
    const then = health({ logins: 0, tickets: -15, api: 0 });
    expect(falls(health({ logins: -20, tickets: 0, api: 0 }), [on(5, then)]).drop?.points).toBe(20);
  });

  test('is measured from the best of the seven days', () => {
    const history = [on(6, health({ logins: -15 })), on(4, health({ logins: 0 }))];
    expect(falls(health({ logins: -21 }), history).drop).toMatchObject({
      alert: true,
      since: addDays(TODAY, -4),
    });
  });

  test.each([
    ['missing now', health({ logins: [-30, false] }), health({ logins: 0 })],
    ['missing then', health({ logins: -30 }), health({ logins: [-2, false] })],
    [
      'missing in part now',
      health({ logins: -25, 'logins:missing': [-5, false] }),
      health({ logins: 0 }),
    ],
    [
      'missing in part then',
      health({ logins: -25 }),
      health({ logins: 0, 'logins:missing': [-5, false] }),
    ],
  ])('does not come from an input %s', (_, now, then) => {
    expect(falls(now, [on(7, then)]).drop).toMatchObject({ alert: false, points: 0 });
  });

  test('is not read across other weights, nor from a day on which health was not known', () => {
    const now = health({ logins: -30 });
    expect(
      falls(now, [on(7, health({ logins: 0 }, { weightsVersion: 'health@2' }))]).drop,
    ).toBeNull();
    expect(falls(now, [on(7, health({ logins: 0 }, { status: 'unknown' }))]).drop).toBeNull();
    expect(falls({ ...now, status: 'too_young' }, [on(7, health({ logins: 0 }))]).drop).toBeNull();
  });
});

describe('a slow leak', () => {
  test.each([
    [30, true],
    [60, true],
    [29, false],
    [61, false],
  ])('is seen from %i days ago: %s', (days, seen) => {
    const history = [on(days, health({ logins: 0 })), on(7, health({ logins: -9 }))];
    expect(falls(health({ logins: -15 }), history).leak?.alert ?? false).toBe(seen);
  });

  test('is not what happened within the last week alone', () => {
    const history = [on(40, health({ logins: 0 })), on(7, health({ logins: -4 }))];
    expect(falls(health({ logins: -30 }), history).leak).toMatchObject({
      alert: false,
      points: 30,
    });
  });

  test('takes 15 points, and an unpaid invoice is none', () => {
    const then = health({ logins: 0, payment_status: 0 });
    expect(falls(health({ logins: -14, payment_status: -20 }), [on(45, then)]).leak).toMatchObject({
      alert: false,
      points: 14,
      declines: [{ input: 'logins', points: 14 }],
    });
  });
});

describe('stories of C6, from raw use to the alert', () => {
  const assessed = (input: AccountInput) => {
    const view = viewOf(input);
    const parts = { signals: SIGNALS, scores: SCORES, config: view.config };
    return assessView(parts, view, backfill(parts, view).past);
  };
  const paid = {
    records: {
      invoice: [
        {
          data: {
            invoiceId: 'i',
            status: 'paid',
            amountDue: { minor: 1, currency: 'USD' },
            issuedOn: '2026-03-01',
            dueOn: '2026-03-15',
          },
        },
      ],
    },
  };
  const heard = { ticket: NOW, invoice: NOW };
  const story = (logins: readonly number[], report: readonly number[], more: AccountInput = {}) =>
    assessed({
      ...paid,
      heard,
      metrics: {
        logins: { server: logins },
        api_calls: { server: daily(200, 100) },
        'feature:report': { server: report },
        'feature:board': { server: daily(200, 4) },
      },
      ...more,
    });
  const kinds = (facts: ReturnType<typeof story>['facts']) =>
    (facts['health_alerts']?.value as { kind: string }[]).map(({ kind }) => kind);

  test('nothing happens, nothing is said', () => {
    const { facts, scores } = story(daily(200, 20), daily(200, 5));
    expect(kinds(facts)).toEqual([]);
    expect(scores['health']).toMatchObject({ status: 'known', value: 100 });
  });

  test('everybody stops logging in for six days: a drop', () => {
    const { facts } = story(daily(200, 20, [6, 0]), daily(200, 5));
    expect(kinds(facts)).toEqual(['drop_7d']);
    expect((facts['health_drop']?.value as Fall).declines[0]?.reason).toBe(
      "logins of the fortnight fell 43 % against the account's own baseline",
    );
  });

  test('logins leak away by a hundredth a day: a slow decline, and on no day a drop', () => {
    const leaking = Array.from({ length: 200 }, (_, day) =>
      Math.round(day < 140 ? 200 : 200 - (day - 140) * 2),
    );
    const { facts, history } = story(leaking, daily(200, 5));
    expect(kinds(facts)).toEqual(['slow_decline']);
    expect(history['health']?.map(({ score }) => score.value).at(0)).toBe(100);
  });

  test('the report that they asked for lies idle: named, with the day of its last use', () => {
    const interest = {
      data: { interestId: 'f', feature: 'report', kind: 'sold', on: '2025-10-01' },
    };
    const { facts } = story(daily(200, 20), daily(200, 5, [16, 0]), {
      records: { ...paid.records, feature_interest: [interest] },
    });
    expect(facts['health_alerts']?.value).toEqual([
      {
        kind: 'abandoned_feature',
        since: '2026-03-15',
        points: null,
        feature: 'report',
        metrics: [
          {
            input: 'abandoned_feature',
            points: 0,
            reason: 'report, which was sold to them, has not been used for 16 days',
          },
        ],
      },
    ]);
  });

  test('a monthly report that was last run three weeks ago is not idle', () => {
    const monthly = daily(200, 0).map((_, day) => (day % 30 === 178 % 30 ? 3 : 0));
    const interest = {
      data: { interestId: 'f', feature: 'report', kind: 'requested', on: '2025-10-01' },
    };
    const { facts } = story(daily(200, 20), monthly, {
      records: { ...paid.records, feature_interest: [interest] },
    });
    expect(facts['abandoned_feature']?.value).toEqual([]);
  });

  test('an account of forty days has no baseline, and nothing is said of it', () => {
    const { facts, scores, history } = story(daily(40, 20, [7, 0]), daily(40, 5), {
      firstSeen: addDays(TODAY, -40),
      records: {
        account: [{ data: { accountId: 'a', name: 'A', signedUpOn: daysAgo(40).slice(0, 10) } }],
      },
    });
    expect(scores['health']).toMatchObject({ status: 'too_young', tier: null });
    expect(scores['churn_risk']?.note).toBe('the account is 40 days old; its baseline takes 56');
    expect(facts['health_alerts']).toMatchObject({ value: [] });
    expect(facts['churn_risk_supported']?.value).toBeNull();
    expect(facts['sellable']?.value).toBe(false);
    expect(history['health']).toHaveLength(40);
  });
});

describe('whether an account may be sold to', () => {
  const well: Scores = { churn_risk: scoreOf('churn_risk', { a: 39 }), health: health({ a: -40 }) };
  const BOUNDS = { churnBelow: 40, healthFrom: 60 };
  const sellable = (scores: Scores, trusted = scores, bounds = {}) =>
    sellableFact({ ...BOUNDS, ...bounds }, scores, trusted);

  test.each([
    ['both well enough', well, true],
    ['churn risk at 40', { ...well, churn_risk: scoreOf('churn_risk', { a: 40 }) }, false],
    ['health at 59', { ...well, health: health({ a: -41 }) }, false],
    [
      'churn risk unknown',
      { ...well, churn_risk: scoreOf('churn_risk', {}, { status: 'unknown' }) },
      false,
    ],
    ['health too young', { ...well, health: health({}, { status: 'too_young' }) }, false],
    [
      'churn risk low, but what is missing could weigh 30',
      { ...well, churn_risk: scoreOf('churn_risk', { a: 12, b: [2, false] }) },
      false,
    ],
    [
      'health good, but what is missing could weigh 30',
      { ...well, health: health({ a: -12, b: [-2, false] }) },
      false,
    ],
  ])('%s', (_, scores, value) => {
    expect(sellable(scores).value).toBe(value);
  });

  test('by server data alone', () => {
    const trusted = { ...well, churn_risk: scoreOf('churn_risk', { a: 90 }) };
    expect(sellable(well, trusted)).toMatchObject({ value: true, trustedValue: false });
  });

  test('by the tenant’s own bounds, with the reason where not', () => {
    const fact = sellable(well, well, { churnBelow: 20 });
    expect(fact.value).toBe(false);
    expect(fact.note).toBe('churn risk may be 39 (below 20 needed), health 60 (60 needed)');
  });

  test('the worst case leaves the clamp out', () => {
    expect(worstCase(scoreOf('churn_risk', { a: 80, b: 60, clamp: -40 }))).toBe(100);
  });
});
