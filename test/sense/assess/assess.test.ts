import { beforeAll, describe, expect, test } from 'vitest';
import { LIVE, type World } from '../../../src/domain/case.ts';
import type { IncomingEvent } from '../../../src/domain/event.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import { addDays, dayNumber, type Day, type Instant } from '../../../src/domain/time.ts';
import { loadCatalogue } from '../../../src/platform/catalogue.ts';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import {
  assessAccounts,
  loadSituation,
  type AssessedSituation,
} from '../../../src/sense/assess.ts';
import { latestFacts, latestScores, loadFactSet } from '../../../src/sense/assess-store.ts';
import { scoreHistory } from '../../../src/sense/score-store.ts';
import { acceptEvents } from '../../../src/sense/events/accept.ts';
import { explainAccount } from '../../../src/sense/explain.ts';
import { findAccount } from '../../../src/sense/identity/find-account.ts';
import type { EntityType } from '../../../src/sense/state/define.ts';
import { testConfig } from '../../support/account-view.ts';
import { createTenant, testDatabase } from '../../support/database.ts';
import { SCORES, SIGNALS } from '../signals/packaged.ts';

const TODAY = '2026-03-31' as Day;
const NOW = '2026-03-31T21:59:59.999Z' as Instant;
const config = testConfig();
const entities = await loadCatalogue<EntityType>(
  new URL('../../../src/sense/state/', import.meta.url),
);
const parts = { signals: SIGNALS, scores: SCORES, entities, config };
const SHADOW: World = { id: 'shadow-1', kind: 'shadow' };

let database: OpenDatabase;
beforeAll(async () => {
  database = await testDatabase();
});

const noonOf = (day: Day): Instant => `${day}T10:00:00.000Z`;

const changed = (
  account: string,
  kind: string,
  id: string,
  day: Day,
  payload: JsonObject,
): IncomingEvent => ({
  eventId: `${account}-${kind}-${id}-${day}`,
  source: 'crm',
  type: `${kind}.changed`,
  occurredAt: noonOf(day),
  trust: 'server',
  ref: { source: 'crm', externalId: account },
  payload,
});

/** An account of so many days, its logins a day told by `logins` (days ago → how many), with one angry ticket. */
const accountEvents = (
  name: string,
  days: number,
  logins: (daysAgo: number) => number,
): IncomingEvent[] => {
  const first = addDays(TODAY, -days);
  return [
    changed(name, 'account', name, first, { accountId: name, name, signedUpOn: first }),
    changed(name, 'subscription', 's', first, {
      subscriptionId: `${name}-s`,
      planId: 'growth',
      seats: 20,
      status: 'active',
      startedOn: first,
      mrr: { minor: 50_000, currency: 'USD' },
    }),
    changed(name, 'contact', 'c', first, {
      contactId: `${name}-dana`,
      name: 'Dana Reyes',
      email: 'dana.reyes@customer.example',
      role: 'champion',
    }),
    changed(name, 'ticket', 't', addDays(TODAY, -3), {
      ticketId: `${name}-t`,
      status: 'closed',
      openedAt: noonOf(addDays(TODAY, -3)),
      subject: 'Errors again',
      body: 'This is terrible, we are very unhappy about the marmalade. Call me: +49 30 1234567.',
    }),
    ...Array.from({ length: days + 1 }, (_, ago) => ago).flatMap((ago) =>
      ['logins', 'api_calls', 'feature:board'].map((metric): IncomingEvent => ({
        eventId: `${name}-${metric}-${ago}`,
        source: 'product',
        type: 'usage.recorded',
        occurredAt: noonOf(addDays(TODAY, -ago)),
        trust: 'server',
        ref: { source: 'crm', externalId: name },
        payload: { metric, quantity: logins(ago) * (metric === 'api_calls' ? 20 : 1) },
      })),
    ),
  ];
};

const accept = (tenant: string, events: readonly IncomingEvent[], now = NOW) =>
  database.withTenant(tenant, (tx) => acceptEvents(tx, events, { now, entities, config }));

const setUp = async (tenant: string, ...events: readonly IncomingEvent[][]) => {
  await createTenant(database, tenant);
  const { quarantined } = await accept(tenant, events.flat());
  expect(quarantined).toEqual([]);
};

const run = async (tenant: string, options: Partial<Parameters<typeof assessAccounts>[1]> = {}) => {
  const all: AssessedSituation[] = [];
  const batches = assessAccounts(database, {
    tenantId: tenant,
    world: LIVE,
    now: NOW,
    ...parts,
    ...options,
  });
  for await (const batch of batches) all.push(...batch);
  return all;
};

const steady = () => 10;
const halved = (ago: number) => (ago < 28 ? 4 : 10);

const byName = (all: readonly AssessedSituation[], name: string): AssessedSituation => {
  const found = all.find(({ facts }) => facts['account_name']?.value === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};

const read = <T>(tenant: string, work: Parameters<typeof database.withTenant<T>>[1]) =>
  database.withTenant(tenant, work);

describe('a first run', () => {
  let all: AssessedSituation[];
  const steps: { done: number; total?: number }[] = [];
  beforeAll(async () => {
    await setUp(
      'first',
      accountEvents('Calm', 150, steady),
      accountEvents('Slipping', 150, halved),
      accountEvents('Young', 20, steady),
    );
    all = await run('first', { onProgress: (step) => steps.push(step) });
  });

  test('rates every account, and says how far it is', () => {
    expect(all).toHaveLength(3);
    expect(byName(all, 'Calm').scores['churn_risk']).toMatchObject({
      status: 'known',
      tier: 'low',
    });
    expect(byName(all, 'Slipping').scores['churn_risk']).toMatchObject({
      status: 'known',
      tier: 'high',
    });
    expect(byName(all, 'Young').scores['churn_risk']).toMatchObject({
      status: 'too_young',
      tier: null,
    });
    expect(steps.at(0)).toEqual({ label: 'rate accounts', done: 0, total: 3 });
    expect(steps.at(-1)).toEqual({ label: 'rate accounts', done: 3, total: 3 });
  });

  test('fills in sixty days, fewer where the account is younger', async () => {
    const days = async (name: string) => {
      const { accountId } = byName(all, name);
      const history = await read('first', (tx) => scoreHistory(tx, { accountId }));
      return Object.fromEntries(Object.entries(history).map(([id, dated]) => [id, dated.length]));
    };
    expect(await days('Slipping')).toEqual({ churn_risk: 61, health: 61, renewal_rating: 61 });
    expect(await days('Young')).toEqual({ churn_risk: 21, health: 21, renewal_rating: 21 });
  });

  test('fills them in as they would have been rated on the day', async () => {
    const { accountId } = byName(all, 'Slipping');
    const history = await read('first', (tx) => scoreHistory(tx, { accountId }));
    const then = history['churn_risk']?.find(({ day }) => day === addDays(TODAY, -14));
    const asOf = await run('first', {
      world: SHADOW,
      now: '2026-03-17T22:59:59.999Z',
      accountIds: [accountId],
    });
    const onTheDay = byName(asOf, 'Slipping').scores['churn_risk'];
    expect(then?.score).toMatchObject({ value: onTheDay?.value, supported: onTheDay?.supported });
    expect(then?.score.contributions.map(({ points }) => points)).toEqual(
      onTheDay?.contributions.map(({ points }) => points),
    );
  });

  test('keeps a fact set that a decision can name, and that says the same when read back', async () => {
    const { factSetId, facts, scores, accountId } = byName(all, 'Slipping');
    const kept = await read('first', (tx) => loadFactSet(tx, factSetId));
    expect(kept).toEqual({
      factSetId,
      accountId,
      at: NOW,
      configVersion: config.version,
      facts,
      scores,
    });
    expect(await read('first', (tx) => loadFactSet(tx, 'facts-none'))).toBeNull();
  });

  test('keeps no personal data in it: ids of contacts, and never what a ticket says', () => {
    const text = JSON.stringify(all.map(({ facts, scores }) => ({ facts, scores })));
    expect(text).toContain('Slipping-dana');
    expect(text).not.toMatch(/Reyes|customer\.example|marmalade|1234567|Errors again/);
  });

  test('shows each account at its newest, with facts and scores', async () => {
    const [scores, facts] = await read(
      'first',
      async (tx) => [await latestScores(tx), await latestFacts(tx)] as const,
    );
    expect(scores.map(({ accountId }) => accountId)).toEqual(
      all.map(({ accountId }) => accountId).sort(),
    );
    expect(facts[0]).toMatchObject({ day: TODAY, at: NOW });
    const one = byName(all, 'Calm');
    const [only] = await read('first', (tx) =>
      latestScores(tx, { world: 'live', accountIds: [one.accountId] }),
    );
    expect(only?.scores).toEqual(one.scores);
  });

  test('is nobody else’s to see', async () => {
    await createTenant(database, 'stranger');
    const { factSetId, accountId } = byName(all, 'Calm');
    await read('stranger', async (tx) => {
      expect(await loadFactSet(tx, factSetId)).toBeNull();
      expect(await latestScores(tx, { accountIds: [accountId] })).toEqual([]);
      expect(await scoreHistory(tx, { accountId })).toEqual({});
      expect(await explainAccount(tx, { accountId, world: 'live' })).toBeNull();
      expect(await loadSituation(tx, { accountId, world: LIVE, now: NOW, ...parts })).toBeNull();
    });
  });
});

describe('the runs that follow', () => {
  test('of the same moment change nothing', async () => {
    await setUp('again', accountEvents('Calm', 100, steady));
    const [before] = await run('again');
    const [after] = await run('again');
    expect(after?.factSetId).toBe(before?.factSetId);
    expect(after?.scores).toEqual(before?.scores);
    const counts = await read('again', (tx) =>
      tx.query(
        'select (select count(*) from fact_sets) as sets, (select count(*) from score_history) as scores',
      ),
    );
    expect(counts).toEqual([{ sets: 1, scores: 3 * 61 }]);
  });

  test('of the next day go on from the last, and leave what was shown as it was', async () => {
    await setUp('daily', accountEvents('Calm', 100, steady));
    const [today] = await run('daily');
    const tomorrow = '2026-04-01T21:59:59.999Z' as Instant;
    const [next] = await run('daily', { now: tomorrow });
    expect(next?.history['churn_risk']?.at(-1)).toMatchObject({
      day: TODAY,
      score: { value: today?.scores['churn_risk']?.value },
    });
    const history = await read('daily', (tx) =>
      scoreHistory(tx, { accountId: next?.accountId ?? '' }),
    );
    expect(history['health']?.map(({ day }) => day)).toHaveLength(62);
  });

  test('count a source that fell silent by what was last known of it', async () => {
    await setUp('silent', accountEvents('Slipping', 150, halved));
    const [known] = await run('silent');
    const line = (situation: AssessedSituation | undefined) =>
      situation?.scores['churn_risk']?.contributions.find(({ input }) => input === 'login_trend');
    expect(line(known)).toMatchObject({ known: true, points: 22 });
    // Ten days in which nothing at all came in.
    const [later] = await run('silent', { now: '2026-04-10T21:59:59.999Z' });
    expect(line(later)).toMatchObject({ known: false, points: 22 });
    expect(later?.scores['churn_risk']?.supported).toBeLessThan(
      known?.scores['churn_risk']?.supported ?? 0,
    );
    expect(later?.facts['login_trend']?.note).toContain('silent for 10 days');
  });

  test('of some accounts leave the others alone', async () => {
    await setUp('some', accountEvents('Calm', 60, steady), accountEvents('Slipping', 60, halved));
    const found = await read('some', (tx) => findAccount(tx, 'Calm'));
    const all = await run('some', { accountIds: [found?.accountId ?? '', 'acc-nobody'] });
    expect(all.map(({ accountId }) => accountId)).toEqual([found?.accountId]);
  });

  test('of a shadow world keep to their own space', async () => {
    await setUp('worlds', accountEvents('Slipping', 150, halved));
    const [live] = await run('worlds');
    const [shadow] = await run('worlds', { world: SHADOW, now: '2026-03-05T22:59:59.999Z' });
    const accountId = live?.accountId ?? '';
    const [histories, latest] = await read('worlds', async (tx) => [
      await scoreHistory(tx, { accountId, world: SHADOW.id }),
      await latestScores(tx, { world: SHADOW.id }),
    ]);
    expect(histories['churn_risk']?.at(-1)?.day).toBe('2026-03-05');
    expect(latest).toMatchObject([{ day: '2026-03-05', scores: shadow?.scores }]);
    const [still] = await read('worlds', (tx) => latestScores(tx));
    expect(still).toMatchObject({ day: TODAY });
    // Two days after the fall, as known then: the newest six days of four weeks.
    expect(shadow?.scores['churn_risk']?.value).toBeLessThan(
      live?.scores['churn_risk']?.value ?? 0,
    );
  });
});

describe('the trail', () => {
  const runAndTrails = async (tenant: string, now: Instant) => {
    const [one] = await run(tenant, { now });
    const trails = await read(tenant, (tx) => tx.query('select trail from assessments'));
    return { one, trails };
  };

  test('says what all the receipts say', async () => {
    await setUp('trail', accountEvents('Slipping', 150, halved));
    await run('trail');
    const tomorrow = '2026-04-01T21:59:59.999Z' as Instant;
    const along = await runAndTrails('trail', tomorrow);
    expect(along.trails).toMatchObject([{ trail: { last: dayNumber(TODAY) } }]);
    await read('trail', (tx) => tx.query('update assessments set trail = null'));
    const anew = await runAndTrails('trail', tomorrow);
    expect(anew.one?.factSetId).toBe(along.one?.factSetId);
    expect(anew.one?.history).toEqual(along.one?.history);
    expect(anew.trails).toEqual(along.trails);
  });

  test('is made anew after days without a run', async () => {
    await setUp('pause', accountEvents('Slipping', 150, halved));
    await run('pause');
    const later = await runAndTrails('pause', '2026-04-06T21:59:59.999Z');
    expect(later.trails).toMatchObject([{ trail: { last: dayNumber('2026-04-05') } }]);
    expect(later.one?.history['health']?.map(({ day }) => day).slice(-6)).toEqual(
      Array.from({ length: 6 }, (_, index) => addDays(TODAY, index)),
    );
  });
});

describe('an account in a round', () => {
  const points = (situation: AssessedSituation | null | undefined) =>
    situation?.history['health']?.map(({ day, score }) => [day, score.value, score.points]);

  test('is derived anew as it stands, on the history that the runs kept', async () => {
    await setUp('round', accountEvents('Slipping', 150, halved));
    const [assessed] = await run('round');
    const accountId = assessed?.accountId ?? '';
    const load = () =>
      read('round', (tx) => loadSituation(tx, { accountId, world: LIVE, now: NOW, ...parts }));
    const same = await load();
    expect(same?.factSetId).toBe(assessed?.factSetId);
    expect(points(same)).toEqual(points(assessed));
    await accept('round', [
      changed('Slipping', 'invoice', 'i', addDays(TODAY, -20), {
        invoiceId: 'i1',
        status: 'open',
        amountDue: { minor: 50_000, currency: 'USD' },
        issuedOn: addDays(TODAY, -20),
        dueOn: addDays(TODAY, -6),
      }),
    ]);
    const now = await load();
    expect(now?.facts['payment_status']?.value).toBe('past_due');
    expect(now?.factSetId).not.toBe(assessed?.factSetId);
    expect(now?.view.accountId).toBe(accountId);
    const kept = await read('round', (tx) => loadFactSet(tx, now?.factSetId ?? ''));
    expect(kept?.facts['payment_status']?.value).toBe('past_due');
    const [shown] = await read('round', (tx) => latestScores(tx));
    expect(shown?.factSetId).toBe(assessed?.factSetId);
  });
});

describe('retinue explain', () => {
  test('tells what a week changed, from what was kept', async () => {
    await setUp(
      'explain',
      accountEvents('Slipping', 150, (ago) => (ago < 7 ? 1 : 10)),
    );
    const [situation] = await run('explain');
    const accountId = situation?.accountId ?? '';
    const explained = await read('explain', (tx) =>
      explainAccount(tx, { accountId, world: 'live' }),
    );
    expect(explained).toMatchObject({ accountId, day: TODAY, since: addDays(TODAY, -7) });
    const health = explained?.scores.find(({ id }) => id === 'health');
    expect(health?.change).toBe((health?.value ?? 0) - (health?.valueThen ?? 0));
    expect(health?.change).toBeLessThan(-15);
    expect(health?.lines.find(({ input }) => input === 'login_trend_fortnight')).toMatchObject({
      then: 0,
      now: -21,
      change: -21,
      reason: "logins of the fortnight fell 45 % against the account's own baseline",
    });
    expect(health?.primary[0]).toBe('login_trend_fortnight');
    expect(health?.missing).toEqual(['payment_status']);
    expect(health?.trend).toHaveLength(31);
  });

  test.each([
    ['2026-03-01', '2026-03-01'],
    ['1999-01-01', '2026-01-30'],
    ['2030-01-01', '2026-03-30'],
  ])('since %s compares with %s, a day that has scores', async (since, compared) => {
    const tenant = `since-${since.slice(0, 4)}`;
    await setUp(tenant, accountEvents('Slipping', 150, halved));
    const [situation] = await run(tenant);
    const accountId = situation?.accountId ?? '';
    const explained = await read(tenant, (tx) =>
      explainAccount(tx, { accountId, world: 'live', since: since as Day }),
    );
    expect(explained?.since).toBe(compared);
  });
});
