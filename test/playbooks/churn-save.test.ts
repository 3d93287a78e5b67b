import { describe, expect, test } from 'vitest';
import type { Situation } from '../../src/playbooks/define.ts';
import churnSave from '../../src/playbooks/churn-save.ts';
import type { Scores } from '../../src/domain/score.ts';
import { fact, line, openCase, score, situation } from '../fixtures/account.ts';

const parameters = churnSave.parameters.parse({});
type Values = Parameters<typeof situation>[0];

const churn = (supported: number, changes: Partial<Parameters<typeof score>[1]> = {}): Scores => ({
  churn_risk: score('churn_risk', {
    value: Math.max(supported, changes.value ?? supported),
    supported,
    contributions: [
      line('login_trend', 22, 'logins fell 52 % against the account’s own baseline'),
      line('api_volume_trend', 0, 'API volume is steady'),
      line('ticket_sentiment', 8, 'sentiment is not known', false),
    ],
    ...changes,
  }),
});

const account: Values = {
  arr: { minor: 4_800_000, currency: 'USD' },
  contacts: { budget_owner: ['hale'], champion: ['elena'] },
};
const drop = {
  health_drop: {
    alert: true,
    points: 27,
    since: '2026-03-03',
    declines: [
      { input: 'login_trend_fortnight', points: 20, reason: 'logins fell 50 % in three weeks' },
    ],
  },
};
const abandoned = {
  abandoned_feature: [
    {
      feature: 'advanced_reporting',
      name: 'Advanced reporting',
      kind: 'requested',
      lastUsedOn: '2026-02-18',
      quietDays: 20,
    },
  ],
};

const open = (values: Values, scores: Scores) =>
  churnSave.when(situation(values, scores), parameters);
const plan = (values: Values, scores: Scores, changes = {}) =>
  churnSave.plan(
    openCase({ playbook: 'churn-save', ...changes }),
    situation(values, scores),
    [],
    parameters,
  ).proposals;
const steps = (values: Values, scores: Scores, changes = {}) =>
  plan(values, scores, changes).map(({ step }) => step);

describe('opens', () => {
  test.each([
    [49, 0],
    [50, 1],
    [74, 1],
    [75, 1],
  ])('churn risk %i: %i case', (risk, count) => {
    expect(open(account, churn(risk))).toHaveLength(count);
  });

  test('on what is supported, not on what missing data might mean', () => {
    expect(open(account, churn(30, { value: 80 }))).toEqual([]);
  });

  test('with the metrics that declined, and not with those that are only missing', () => {
    expect(open(account, churn(60))[0]?.reasons).toEqual([
      { input: 'churn_risk', text: 'churn risk is high' },
      { input: 'login_trend', text: 'logins fell 52 % against the account’s own baseline' },
    ]);
  });

  test.each([
    ['a drop of 20 points in a week', drop, 'health dropped by 27 points since 2026-03-03'],
    [
      'a slow leak',
      { health_slow_decline: drop.health_drop },
      'health has been leaking by 27 points since 2026-03-03',
    ],
    [
      'a feature that they asked for and left',
      abandoned,
      'Advanced reporting, which they asked for, has not been used for 20 days',
    ],
  ])('on %s, whatever the tier', (_, values, text) => {
    expect(open({ ...account, ...values }, churn(20))[0]?.reasons[0]?.text).toBe(text);
  });

  test('urgency: critical before high before an alert, and a near renewal adds', () => {
    const urgency = (values: Values, risk: number) =>
      open({ ...account, ...values }, churn(risk))[0]?.urgency;
    expect([urgency({}, 80), urgency({}, 60), urgency(drop, 20)]).toEqual([90, 60, 50]);
    expect(urgency({ days_to_renewal: 0 }, 80)).toBe(100);
  });

  test.each([
    ['too young', { status: 'too_young' as const }],
    ['left already', { value: 90 }],
  ])('not when the account is %s', (name, changes) => {
    const values = name === 'left already' ? { ...account, churned: true } : account;
    expect(open(values, churn(90, changes))).toEqual([]);
  });

  test('an unknown score opens no save: at most a task to complete data that fell silent', () => {
    const unknown = churn(90, { status: 'unknown', coverage: 2000 });
    const rated = {
      churn_risk: [{ day: '2026-02-20' as const, score: score('churn_risk', { value: 10 }) }],
    };
    const asked = churnSave.parameters.parse({ dataTasks: true });
    const openAfter = (history: Situation['history'], given = asked) =>
      churnSave.when(situation(account, unknown, { history }), given);
    expect(openAfter(rated)[0]).toMatchObject({ subject: 'data', urgency: 1 });
    expect(steps(account, unknown, { subject: 'data' })).toEqual(['complete-data']);
    expect(openAfter({})).toEqual([]);
    expect(openAfter(rated, parameters)).toEqual([]);
  });
});

describe('plans', () => {
  test('high: the account manager is told, the champion is asked', () => {
    expect(steps(account, churn(60))).toEqual(['alert', 'check-in']);
    const [alert, checkIn] = plan(account, churn(60));
    expect(alert).toMatchObject({ mandatory: true, args: { kind: 'alert_account_manager' } });
    expect(checkIn?.args).toEqual({ contactId: 'elena', templateId: 'check-in' });
  });

  test('an alert alone: a person looks first, nobody is written to', () => {
    expect(steps({ ...account, ...abandoned }, churn(20))).toEqual(['alert']);
  });

  test('critical: a discount besides, when server data alone says so', () => {
    const critical = churn(80);
    expect(steps({ ...account, churn_risk_supported: 80 }, critical)).toEqual([
      'alert',
      'check-in',
      'save-discount',
    ]);
    expect(steps({ ...account, churn_risk_supported: fact(80, 40) }, critical)).toEqual([
      'alert',
      'check-in',
    ]);
  });

  test('no contact: a task to find one, and messages without a recipient', () => {
    const lonely = { ...account, contacts: {} };
    expect(steps(lonely, churn(60))).toEqual(['alert', 'check-in', 'find-contact']);
    expect(plan(lonely, churn(60))[1]?.args).toMatchObject({ contactId: null });
  });

  test('a reason longer than a task takes is cut, not refused', () => {
    const long = {
      ...account,
      ...drop,
      health_drop: {
        ...drop.health_drop,
        declines: Array.from({ length: 20 }, (_, index) => ({
          input: 'x',
          points: 1,
          reason: `${index}`.repeat(400),
        })),
      },
    };
    const remarks = plan(long, churn(20))[0]?.args['remarks'] as string[];
    expect(remarks).toHaveLength(12);
    expect(Math.max(...remarks.map((remark) => remark.length))).toBe(300);
  });
});

describe('closes', () => {
  const clears = (values: Values, scores: Scores, changes = {}) =>
    churnSave.clears(
      openCase({ playbook: 'churn-save', ...changes }),
      situation(values, scores),
      parameters,
    );

  test.each([
    ['calm again', account, churn(20), 'churn risk is back at 20'],
    ['a little below the tier', account, churn(45), null],
    ['calm, but an alert holds', { ...account, ...drop }, churn(20), null],
    ['left', { ...account, churned: true }, churn(90), 'the account has left'],
  ])('%s', (_, values, scores, reason) => {
    expect(clears(values, scores)).toBe(reason);
  });

  test('never because an input went missing', () => {
    expect(clears(account, churn(10, { value: 60 }))).toBeNull();
    expect(clears(account, churn(10, { status: 'unknown' }))).toBeNull();
  });

  test('the data case once the account can be rated', () => {
    expect(clears(account, churn(80), { subject: 'data' })).toBe(
      'enough is known to rate the account',
    );
    expect(clears(account, churn(80, { status: 'unknown' }), { subject: 'data' })).toBeNull();
  });
});
