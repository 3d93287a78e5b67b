import { describe, expect, test } from 'vitest';
import renewalRunway, { rateRenewals } from '../../src/playbooks/renewal-runway.ts';
import type { Scores } from '../../src/domain/score.ts';
import { addDays, startOfDay, type Day } from '../../src/domain/time.ts';
import { config, line, openCase, score, situation } from '../fixtures/account.ts';

const parameters = renewalRunway.parameters.parse({});
const RENEWS: Day = '2026-06-30';
type Values = Parameters<typeof situation>[0];

/** The account so many days before its renewal. */
const before = (days: number, scores: Scores, values: Values = {}) => {
  const today = addDays(RENEWS, -days);
  return situation(
    {
      arr: { minor: 4_800_000, currency: 'USD' },
      contacts: { budget_owner: ['henrik'], champion: ['nadia'] },
      renewals: [
        { contractId: 'contract-1', renewsOn: RENEWS, days, autoRenews: false, annualValue: null },
      ],
      ...values,
    },
    scores,
    { today, now: startOfDay(config.zone, today) },
  );
};

const rated = (supported: number, changes = {}): Scores => ({
  renewal_rating: score('renewal_rating', {
    value: supported,
    supported,
    contributions: [
      line('ticket_sentiment', -18, 'tickets turned bitter'),
      line('login_trend', 0, 'logins are steady'),
    ],
    ...changes,
  }),
});

const caseFound = (daysBefore: number) =>
  openCase({
    playbook: 'renewal-runway',
    subject: 'contract-1',
    period: RENEWS,
    openedAt: startOfDay(config.zone, addDays(RENEWS, -daysBefore)),
  });

const steps = (found: number, now: number, past: { step: string; status: string }[] = []) =>
  renewalRunway.plan(
    caseFound(found),
    before(now, rated(30)),
    past.map((entry) => ({ ...entry, tool: 'open_task', at: '2026-04-01T00:00:00.000Z' as const })),
    parameters,
  );

describe('lists and rates', () => {
  test('every renewal within 90 days, declining or not', () => {
    expect(rateRenewals(before(60, rated(90)))).toEqual([
      {
        accountId: 'acc-harbor',
        contractId: 'contract-1',
        renewsOn: RENEWS,
        days: 60,
        annualValue: null,
        rating: 90,
        declining: false,
      },
    ]);
    expect(rateRenewals(before(91, rated(30)))).toEqual([]);
  });

  test('an account that cannot be rated is listed as not rated', () => {
    expect(rateRenewals(before(60, rated(30, { status: 'unknown' })))[0]).toMatchObject({
      rating: null,
      declining: false,
    });
  });
});

describe('opens', () => {
  const open = (days: number, scores: Scores, values: Values = {}) =>
    renewalRunway.when(before(days, scores, values), parameters);

  test.each([
    [91, 30, 0],
    [90, 30, 1],
    [14, 30, 1],
    [60, 50, 0],
    [60, 49, 1],
  ])('%i days ahead, rated %i: %i case', (days, rating, count) => {
    expect(open(days, rated(rating))).toHaveLength(count);
  });

  test('on a renewal rated well whose health leaks', () => {
    const leak = {
      health_slow_decline: { alert: true, points: 22, since: '2026-03-01', declines: [] },
    };
    expect(open(60, rated(70), leak)[0]?.reasons.at(-1)?.text).toBe(
      'health fell by 22 points since 2026-03-01',
    );
  });

  test('with the contract as its subject and the renewal as its period', () => {
    expect(open(85, rated(30))[0]).toMatchObject({
      subject: 'contract-1',
      period: RENEWS,
      urgency: 55,
    });
  });

  test('not on supported ratings that only missing data pulls down', () => {
    expect(open(60, rated(80, { value: 20 }))).toEqual([]);
  });
});

describe('plans', () => {
  test('an executive check-in at 90 days, the conversation at 30', () => {
    expect(steps(90, 90).proposals.map(({ step }) => step)).toEqual([
      'executive-check-in',
      'deal-found',
    ]);
    const done = [
      { step: 'executive-check-in', status: 'done' },
      { step: 'deal-found', status: 'done' },
    ];
    expect(steps(90, 60, done).proposals).toEqual([]);
    expect(steps(90, 30, done).proposals.map(({ step }) => step)).toEqual([
      'renewal-conversation',
      'renewal-invitation',
    ]);
  });

  test('looks again no later than the day of the next stage', () => {
    const looks = [steps(90, 90).nextLookAt, steps(90, 33).nextLookAt];
    expect(looks.map((at) => at?.slice(0, 10))).toEqual(['2026-04-09', '2026-05-31']);
  });

  test('found late, everything left is done at once and the plan says that it was compressed', () => {
    const late = steps(14, 14).proposals;
    expect(late.map(({ step }) => step)).toEqual([
      'executive-check-in',
      'renewal-conversation',
      'renewal-invitation',
      'deal-found',
    ]);
    expect(late[0]?.reason).toContain(
      'found 14 days before the renewal instead of 90: the plan is compressed',
    );
    expect(late[0]?.args).toMatchObject({ dueBusinessDays: 2 });
    expect(steps(90, 90).proposals[0]?.reason).not.toContain('compressed');
  });

  test('its deal moves on once the customer was asked to talk, and only then', () => {
    const asked = [{ step: 'renewal-invitation', status: 'done' }];
    const deals = steps(90, 30, asked).proposals.filter(({ tool }) => tool === 'track_deal');
    expect(deals.map(({ args }) => args)).toEqual([
      { kind: 'renewal', contractId: 'contract-1', stage: 'found' },
      { kind: 'renewal', contractId: 'contract-1', stage: 'offered' },
    ]);
    expect(steps(90, 30).proposals.map(({ step }) => step)).not.toContain('deal-offered');
  });

  test('asks for a contact where nobody can be written to', () => {
    const lonely = before(14, rated(30), { contacts: {} });
    const plan = renewalRunway.plan(caseFound(14), lonely, [], parameters);
    expect(plan.proposals.map(({ step }) => step)).toContain('find-contact');
  });
});

describe('closes', () => {
  const clears = (days: number, scores: Scores, values: Values = {}) =>
    renewalRunway.clears(caseFound(90), before(days, scores, values), parameters);

  test.each([
    ['it goes on', 60, rated(30), {}, null],
    ['the date has come', 0, rated(30), {}, 'the renewal date has come'],
    ['renewed early', 60, rated(30), { renewals: [] }, 'the contract was renewed or ended'],
    ['contracts are not known any more', 60, rated(30), { renewals: null }, null],
    ['recovered', 60, rated(65), {}, 'the account is no longer declining'],
    ['a little better', 60, rated(55), {}, null],
    ['better only because data is missing', 60, rated(90, { value: 40 }), {}, null],
    ['left', 60, rated(30), { churned: true }, 'the account has left'],
  ])('%s', (_, days, scores, values, reason) => {
    expect(clears(days, scores, values)).toBe(reason);
  });
});
