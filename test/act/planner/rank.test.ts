import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coolsDown, COOL_DOWN_HOURS } from '../../../src/act/planner/cool-down.ts';
import { rankClaims, type Claim } from '../../../src/act/planner/rank.ts';
import { expectedOf } from '../../../src/act/verdicts/precision.ts';
import { addHours, type Instant } from '../../../src/domain/time.ts';

const claim = (id: string, changes: Partial<Claim> = {}): Claim => ({
  id,
  ownerId: 'maya',
  urgency: 50,
  arrMinor: 1000,
  expected: { precision: 5_000, agreed: 0, judged: 0 },
  unseen: false,
  ...changes,
});

const opened = (claims: readonly Claim[], cap: number, spent: readonly [string, number][] = []) =>
  rankClaims(claims, { cap, spent: new Map(spent) })
    .filter(({ opens }) => opens)
    .map(({ id }) => id);

describe('ranks', () => {
  test('by ARR at risk × urgency', () => {
    const claims = [
      claim('urgent and small', { arrMinor: 100, urgency: 100 }),
      claim('large and calm', { arrMinor: 10_000, urgency: 10 }),
      claim('both', { arrMinor: 10_000, urgency: 90 }),
    ];
    expect(opened(claims, 2)).toEqual(['both', 'large and calm']);
  });

  test('an account that nobody priced in the middle, neither first nor starved', () => {
    const claims = [
      claim('a', { arrMinor: 9000 }),
      claim('b', { arrMinor: null }),
      claim('c', { arrMinor: 10 }),
      claim('d', { arrMinor: 500 }),
    ];
    expect(rankClaims(claims, { cap: 9, spent: new Map() }).map(({ id }) => id)).toEqual([
      'a',
      'b',
      'd',
      'c',
    ]);
  });

  test('equal ranks by id, however they came in', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(['a', 'b', 'c', 'd'], { minLength: 4 }), (ids) => {
        expect(
          opened(
            ids.map((id) => claim(id)),
            2,
          ),
        ).toEqual(['a', 'b']);
      }),
    );
  });
});

describe('what people said of the like', () => {
  const said = (right: number, wrong: number) => ({ right, known: 0, wrong, snoozed: 0 });

  test('a few verdicts move little, many move much', () => {
    const expected = (right: number, wrong: number) => expectedOf(said(right, wrong), []).precision;
    expect([expected(0, 0), expected(1, 0), expected(0, 1)]).toEqual([5_000, 5_455, 4_545]);
    expect([expected(90, 0), expected(0, 90)]).toEqual([9_500, 500]);
  });

  test('a reason that misled counts more than its playbook, and the mean of several holds', () => {
    const playbook = said(10, 10);
    const [bad, good] = [said(0, 10), said(10, 0)];
    expect(expectedOf(playbook, [bad]).precision).toBe(2_500);
    expect(expectedOf(playbook, [good]).precision).toBe(7_500);
    expect(expectedOf(playbook, [bad, good]).precision).toBe(5_000);
    expect(expectedOf(undefined, [undefined])).toEqual({ precision: 5_000, agreed: 0, judged: 0 });
  });

  test('each verdict for a playbook raises it, and none takes it beyond right or wrong', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), (right, wrong) => {
        const now = expectedOf(said(right, wrong), []).precision;
        expect(expectedOf(said(right + 1, wrong), []).precision).toBeGreaterThanOrEqual(now);
        expect(expectedOf(said(right, wrong + 1), []).precision).toBeLessThanOrEqual(now);
        expect(now).toBeGreaterThan(0);
        expect(now).toBeLessThan(10_000);
      }),
    );
  });

  test('moves a claim before or behind its equals, with the figures kept', () => {
    const claims = [
      claim('a', { expected: expectedOf(said(0, 10), []) }),
      claim('b'),
      claim('c', { expected: expectedOf(said(10, 0), []) }),
    ];
    const ranked = rankClaims(claims, { cap: 9, spent: new Map() });
    expect(ranked.map(({ id }) => id)).toEqual(['c', 'b', 'a']);
    expect(ranked[0]?.because).toEqual({
      ...{ arrMinor: 1000, arrAssumed: false, urgency: 50 },
      ...{ precision: 7_500, agreed: 10, judged: 10 },
    });
  });
});

describe('caps', () => {
  test('each owner apart, and nobody’s accounts together', () => {
    const claims = [
      claim('m1'),
      claim('m2'),
      claim('j1', { ownerId: 'jonas' }),
      claim('n1', { ownerId: null }),
      claim('n2', { ownerId: null }),
    ];
    expect(opened(claims, 1)).toEqual(['j1', 'm1', 'n1']);
  });

  test('what an owner got this week already counts', () => {
    expect(opened([claim('a'), claim('b')], 3, [['maya', 2]])).toEqual(['a']);
    expect(opened([claim('a')], 3, [['maya', 3]])).toEqual([]);
  });

  test('what waits and was not looked at keeps its place, but does not open unseen', () => {
    const claims = [claim('waits', { arrMinor: 9000, unseen: true }), claim('new')];
    expect(opened(claims, 1)).toEqual([]);
    expect(opened(claims, 2)).toEqual(['new']);
  });

  test('no owner ever gets more than the cap', () => {
    const claims = fc.array(
      fc.record({
        id: fc.uuid(),
        ownerId: fc.constantFrom('maya', 'jonas', null),
        urgency: fc.integer({ min: 0, max: 100 }),
        arrMinor: fc.option(fc.integer({ min: 0, max: 10_000_000 })),
        expected: fc.record({ precision: fc.nat(10_000), agreed: fc.nat(9), judged: fc.nat(9) }),
        unseen: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(claims, fc.nat(5), fc.nat(5), (given, cap, spent) => {
        const ids = new Set(opened(given, cap, [['maya', spent]]));
        const mayas = given.filter(({ id, ownerId }) => ownerId === 'maya' && ids.has(id));
        expect(mayas.length).toBeLessThanOrEqual(Math.max(0, cap - spent));
      }),
    );
  });
});

describe('cools down', () => {
  const now: Instant = '2026-03-10T09:00:00.000Z';
  const closed = (hoursAgo: number, urgency = 50) => ({
    closedAt: addHours(now, -hoursAgo),
    urgency,
  });

  test.each([
    ['closed an hour ago', closed(1), 50, true],
    ['closed a week ago', closed(COOL_DOWN_HOURS), 50, false],
    ['closed an hour ago, and much more urgent since', closed(1), 70, false],
    ['never closed', undefined, 50, false],
  ])('%s', (_, last, urgency, waits) => {
    expect(coolsDown(last, urgency, now)).toBe(waits);
  });
});
