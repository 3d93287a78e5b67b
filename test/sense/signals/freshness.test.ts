import { describe, expect, test } from 'vitest';
import { addDays, endOfDay, type Day, type Instant } from '../../../src/domain/time.ts';
import {
  daily,
  daysAgo,
  NOW,
  TODAY,
  viewOf,
  type AccountInput,
} from '../../support/account-view.ts';
import { signal } from './packaged.ts';

const derive = (id: string, input: AccountInput) => signal(id).derive(viewOf(input));

const lastMomentOf = (days: number): Instant => endOfDay('Europe/Berlin', addDays(TODAY, -days));

describe('a silent source is missing, not zero', () => {
  /** Logins as stored once their source died `days` ago: nothing since, which a series cannot tell from no logins. */
  const silentFor = (days: number): AccountInput => ({
    metrics: { logins: { server: daily(120, 10, [days, 0]) } },
    heard: { logins: lastMomentOf(days) },
  });

  test.each([1, 3, 7])('for %i days: the window ends with its last word', (days) => {
    expect(derive('login_trend', silentFor(days))).toMatchObject({ value: 0, coverage: 10_000 });
    expect(derive('login_trend_week', silentFor(days)).value).toBe(0);
  });

  test('for eight days: unknown, and it says since when', () => {
    expect(derive('login_trend', silentFor(8))).toMatchObject({
      value: null,
      coverage: 0,
      freshAt: lastMomentOf(8),
      note: '`logins`: its source has been silent for 8 days',
    });
  });

  test.each([
    ['seats_used', 14, 30],
    ['seats_used', 15, null],
  ])('a level (%s) stands for %i days', (id, days, value) => {
    const input: AccountInput = {
      metrics: { seats_used: { kind: 'level', server: daily(60, 30) } },
      heard: { seats_used: lastMomentOf(days) },
    };
    expect(derive(id, input).value).toBe(value);
  });

  test.each([
    ['ticket_escalations', 'ticket', 30],
    ['payment_status', 'invoice', 45],
    ['rejected_invites', 'invite', 60],
  ])('%s is known while %s was heard of within %i days', (id, kind, days) => {
    const heardOf = (ago: number): AccountInput => ({ heard: { [kind]: lastMomentOf(ago) } });
    expect(derive(id, heardOf(days)).value).not.toBeNull();
    expect(derive(id, heardOf(days + 1))).toMatchObject({
      value: null,
      note: `the newest ${kind} is ${days + 1} days old`,
    });
  });

  test('bad news stays known however old its source', () => {
    const invoice = {
      data: {
        invoiceId: 'i',
        status: 'open',
        amountDue: { minor: 100, currency: 'USD' },
        issuedOn: '2025-11-01',
        dueOn: '2025-12-01',
      },
    };
    const input = { records: { invoice: [invoice] }, heard: { invoice: lastMomentOf(100) } };
    expect(derive('payment_status', input).value).toBe('past_due');
    expect(derive('past_due', input).value).toMatchObject({ days: 120 });
  });

  test('guards bound the silence of their kind in hours, as the tenant’s files say', () => {
    const heard = { incident: daysAgo(1, 9), touch: daysAgo(1, 9) };
    const bounded = (hours: number): AccountInput => ({
      heard,
      config: { guards: { incident: { maxAgeHours: hours }, touches: { maxAgeHours: hours } } },
    });
    expect(derive('open_incident', bounded(40)).value).toEqual({ severity: 'none', incidents: [] });
    expect(derive('touches_7d', bounded(40)).value).toBe(0);
    expect(derive('open_incident', bounded(38)).value).toBeNull();
    expect(derive('touches_7d', bounded(38)).value).toBeNull();
  });

  test('features come by one feed: the only user who stops is not a broken feed', () => {
    const input = (feed: Instant): AccountInput => ({
      metrics: {
        'feature:report': { server: daily(120, 5, [20, 0]) },
        'feature:board': { server: daily(120, 5) },
      },
      records: {
        feature_interest: [
          { data: { interestId: 'f', feature: 'report', kind: 'sold', on: '2025-10-01' } },
        ],
      },
      heard: { 'feature:report': lastMomentOf(20), 'feature:board': feed },
    });
    expect(derive('abandoned_feature', input(NOW)).value).toHaveLength(1);
    expect(derive('abandoned_feature', input(lastMomentOf(8))).value).toBeNull();
    expect(derive('feature_depth_trend', input(lastMomentOf(8))).value).toBeNull();
  });
});

describe('a day that is not over', () => {
  const noon = daysAgo(0, 12);
  const input = (now: Instant): AccountInput => ({
    now,
    metrics: { logins: { server: daily(120, 10, [1, 2]) } },
  });

  test('is left out of windows until it is', () => {
    expect(derive('login_trend_week', input(noon)).value).toBe(0);
    expect(derive('logins', input(noon)).value).toBe(280);
    expect(derive('login_trend_week', input(NOW)).value).toBeLessThan(0);
    expect(derive('logins', input(NOW)).value).toBe(272);
  });

  test('counts towards what a month has used', () => {
    const calls: AccountInput = {
      now: noon,
      config: {
        plans: [
          {
            id: 'growth',
            name: 'Growth',
            rank: 2,
            tier: 'growth',
            seatPrice: null,
            limits: { api_calls: 1_000 },
            features: [],
          },
        ],
      },
      records: {
        subscription: [
          {
            data: {
              subscriptionId: 's',
              planId: 'growth',
              status: 'active',
              startedOn: '2025-01-01',
            },
          },
        ],
      },
      metrics: { api_calls: { server: daily(90, 20, [1, 7]) } },
    };
    expect(derive('limit_proximity', calls).value).toEqual({
      api_calls: { used: 607, limit: 1_000, share: 6_070, month: '2026-03' },
    });
  });
});

describe('days are the tenant’s', () => {
  // Berlin's clocks went forward on 29 March 2026: that day has 23 hours.
  const ticketAt = (openedAt: Instant): AccountInput => ({
    records: { ticket: [{ data: { ticketId: 't', status: 'closed', openedAt, escalated: true } }] },
  });

  test.each([
    ['2026-03-01T23:00:00.000Z', 1], // 00:00 on 2 March in Berlin: 29 days before the 31st
    ['2026-03-01T22:59:59.999Z', 0], // the last millisecond of 1 March
    ['2026-03-31T21:59:59.999Z', 1], // the last millisecond of today
  ])('a ticket of %s counts %i', (openedAt, count) => {
    expect(derive('ticket_escalations', ticketAt(openedAt as Instant)).value).toBe(count);
  });

  test('a window of weeks holds as many days across the change of clocks', () => {
    const view = viewOf({ metrics: { logins: { server: daily(200, 10) } } });
    for (const day of ['2026-03-28', '2026-03-29', '2026-03-30'] as const) {
      expect(signal('logins').derive(view.at(day)).value).toBe(280);
      expect(signal('login_trend').derive(view.at(day))).toMatchObject({
        value: 0,
        coverage: 10_000,
      });
    }
  });

  test('a renewal is as many days ahead as its date says, whatever the hour', () => {
    const contract = { data: { contractId: 'c', startedOn: '2025-04-01', renewsOn: '2026-04-01' } };
    const at = (now: Instant) =>
      derive('days_to_renewal', { now, records: { contract: [contract] } }).value;
    expect(at(NOW)).toBe(1);
    expect(at('2026-03-30T22:00:00.000Z')).toBe(1); // midnight in Berlin, still the 30th in UTC
    expect(at('2026-03-31T22:00:00.000Z')).toBe(0);
  });

  test('a calendar month starts with the tenant’s first day of it', () => {
    const calls = { metrics: { api_calls: { server: daily(200, 10) } } };
    const view = viewOf({
      ...calls,
      config: {
        plans: [
          {
            id: 'p',
            name: 'P',
            rank: 1,
            tier: 't',
            seatPrice: null,
            limits: { api_calls: 400 },
            features: [],
          },
        ],
      },
      records: {
        subscription: [
          { data: { subscriptionId: 's', planId: 'p', status: 'active', startedOn: '2025-01-01' } },
        ],
      },
    });
    const used = (day: Day) => signal('limit_proximity').derive(view.at(day)).value;
    const counted = (calls: number, share: number, month: string) => ({
      api_calls: { used: calls, limit: 400, share, month },
    });
    expect(used('2026-02-28')).toEqual(counted(310, 7_750, '2026-01'));
    // A month that has just begun says little: the one before counts until this one has used as much.
    expect(used('2026-03-01')).toEqual(counted(280, 7_000, '2026-02'));
    expect(used('2026-03-28')).toEqual(counted(280, 7_000, '2026-03'));
    expect(used('2026-03-31')).toEqual(counted(310, 7_750, '2026-03'));
  });
});

describe('too little to compare with is unknown', () => {
  test.each([
    ['fewer than half of the baseline’s days', daily(28 + 27, 10), '`logins` has no baseline yet'],
    [
      'fewer than eight logins in it',
      [...daily(49, 0), 1, 1, 1, 1, 1, 1, 1, ...daily(28, 0)],
      '`logins` has too little use in its baseline to compare with',
    ],
  ])('%s', (_, server, note) => {
    expect(derive('login_trend', { metrics: { logins: { server } } })).toMatchObject({
      value: null,
      note,
    });
  });

  test('half of the baseline is enough, and the coverage says so', () => {
    expect(derive('login_trend', { metrics: { logins: { server: daily(56, 10) } } })).toMatchObject(
      {
        value: 0,
        coverage: 5_000,
      },
    );
  });

  test('features used on two days in eight weeks make no habit', () => {
    const server = [...daily(90, 0), 1, 1, ...daily(28, 0)];
    expect(derive('feature_breadth_trend', { metrics: { 'feature:x': { server } } })).toMatchObject(
      {
        value: null,
        note: 'features were used too little before to compare with',
      },
    );
  });
});
