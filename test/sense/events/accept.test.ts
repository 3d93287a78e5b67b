import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { IncomingEvent } from '../../../src/domain/event.ts';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import { listEvents } from '../../../src/sense/events/event-store.ts';
import accountEntity from '../../../src/sense/state/account.ts';
import contract from '../../../src/sense/state/contract.ts';
import incident from '../../../src/sense/state/incident.ts';
import subscription from '../../../src/sense/state/subscription.ts';
import { createTenant, testDatabase } from '../../support/database.ts';
import {
  accept,
  account,
  bound,
  configOf,
  event,
  june,
  NOW,
  optionsAt,
  stateOf,
  usage,
  viewOf,
  viewsOf,
} from '../sending.ts';

let database: OpenDatabase;
let tenants = 0;

const tenant = async (): Promise<string> => createTenant(database, `tenant-${(tenants += 1)}`);

beforeAll(async () => {
  database = await testDatabase();
});

const started = {
  subscriptionId: 's1',
  planId: 'pro',
  status: 'active',
  startedOn: '2026-06-01',
  seats: 10,
};

/** A small company's history: two accounts, three systems, a move, a wish, usage from both kinds of key. */
const history = (): IncomingEvent[] => [
  account('a1', {}, { eventId: 'a1-1' }),
  account('a1', { ownerId: 'kim' }, { eventId: 'a1-2', occurredAt: june(9) }),
  account('a2', { parentAccountId: 'a1' }, { eventId: 'a2-1', occurredAt: june(2) }),
  bound('a1', { source: 'product', externalId: 'ws-1' }, { eventId: 'b1', occurredAt: june(2) }),
  bound('a2', { source: 'product', externalId: 'ws-1' }, { eventId: 'b2', occurredAt: june(20) }),
  event('subscription.changed', started, { eventId: 's1-1' }),
  event(
    'subscription.changed',
    { subscriptionId: 's1', seats: 12 },
    { eventId: 's1-2', occurredAt: june(5) },
  ),
  event(
    'subscription.changed',
    { subscriptionId: 's1', status: 'ended', endedOn: '2026-06-20' },
    { eventId: 's1-3', occurredAt: june(20) },
  ),
  ...Array.from({ length: 28 }, (_, index) =>
    usage('ws-1', index + 1, index, { eventId: `u-${index}` }),
  ),
  usage('ws-1', 3, 5, { eventId: 'c-1', trust: 'client', source: 'browser' }),
  usage('ws-1', 3, 4, { eventId: 'l-1' }, 'seats_used'),
  usage('ws-1', 3, 7, { eventId: 'l-2' }, 'seats_used'),
  event(
    'link.bound',
    { source: 'product/user', externalId: 'u1' },
    {
      eventId: 'g1',
      trust: 'client',
      source: 'browser',
      ref: { source: 'product', externalId: 'ws-1' },
    },
  ),
  usage('u1', 4, 2, { eventId: 'uu', ref: { source: 'product/user', externalId: 'u1' } }),
];

const levels = configOf({ metrics: [{ id: 'seats_used', kind: 'level', events: [] }] });

describe('accepting once', () => {
  it('counts what it accepts, and names the accounts concerned', async () => {
    const id = await tenant();
    const result = await accept(database, id, [account('a1'), usage('ws-1', 1, 3)]);
    expect(result).toMatchObject({ accepted: 2, duplicates: 0, conflicts: 0, quarantined: [] });
    const [view] = await viewsOf(database, id);
    expect(result.accountIds).toEqual([view?.accountId]);
  });

  it('changes nothing when an event comes again, even a hundred times at once', async () => {
    const id = await tenant();
    const events = history();
    const options = optionsAt(NOW, levels);
    const first = await accept(database, id, events, options);
    expect(first).toMatchObject({ accepted: events.length, quarantined: [] });
    const before = await stateOf(database, id);
    const again = Array.from({ length: 100 }, () => events).flat();
    const second = await accept(database, id, again, options);
    expect(second).toMatchObject({ accepted: 0, duplicates: again.length, conflicts: 0 });
    expect(await stateOf(database, id)).toEqual(before);
  });

  it('keeps the first of two events in one batch under one id, and says that they differ', async () => {
    const id = await tenant();
    const result = await accept(database, id, [
      usage('ws-1', 1, 3, { eventId: 'same' }),
      usage('ws-1', 1, 8, { eventId: 'same' }),
      usage('ws-1', 1, 5, { eventId: 'same', source: 'other' }),
    ]);
    expect(result).toMatchObject({ accepted: 2, duplicates: 1, conflicts: 1 });
    await accept(database, id, [
      account('a1'),
      bound('a1', { source: 'product', externalId: 'ws-1' }),
    ]);
    const [view] = await viewsOf(database, id);
    expect(view?.at('2026-06-01').series('logins', 1)?.all).toEqual([8]);
  });

  it('gives the same state in whatever order and batches the history comes', async () => {
    const reference = await tenant();
    const events = history();
    const options = optionsAt(NOW, levels);
    await accept(database, reference, events, options);
    const expected = await stateOf(database, reference);
    const orders = fc.tuple(
      fc.shuffledSubarray(events, { minLength: events.length }),
      fc.integer({ min: 1, max: events.length }),
    );
    await fc.assert(
      fc.asyncProperty(orders, async ([order, size]) => {
        const id = await tenant();
        for (let from = 0; from < order.length; from += size) {
          await accept(database, id, order.slice(from, from + size), options);
        }
        const state = await stateOf(database, id);
        expect(withoutTenant(state, id)).toEqual(withoutTenant(expected, reference));
      }),
      { numRuns: 12 },
    );
  });

  it('keeps two tenants apart, whatever ids they share', async () => {
    const [one, two] = [await tenant(), await tenant()];
    await accept(database, one, [account('a1', { name: 'One' }, { eventId: 'x' })]);
    const result = await accept(database, two, [account('a1', { name: 'Two' }, { eventId: 'x' })]);
    expect(result.accepted).toBe(1);
    const names = [];
    for (const id of [one, two]) {
      for (const view of await viewsOf(database, id))
        names.push(view.current(accountEntity)[0]?.data.name);
    }
    expect(names).toEqual(['One', 'Two']);
  });

  it('takes a batch larger than a statement', async () => {
    const id = await tenant();
    const many = Array.from({ length: 6_000 }, (_, index) =>
      usage('ws-1', 1 + (index % 28), 1, { eventId: `many-${index}` }),
    );
    const result = await accept(database, id, [
      account('a1'),
      bound('a1', { source: 'product', externalId: 'ws-1' }),
      ...many,
    ]);
    expect(result.accepted).toBe(6_002);
    const [view] = await viewsOf(database, id);
    const days = view?.series('logins', 60)?.all ?? [];
    expect(days.reduce<number>((sum, value) => sum + (value ?? 0), 0)).toBe(6_000);
  });
});

/** Account ids derive from the tenant, so they are compared by their place. */
const withoutTenant = (state: unknown, tenantId: string): unknown => {
  const ids = new Map<string, string>();
  const text = JSON.stringify(state).replaceAll(/acc-[a-z0-9]{12}/g, (id) => {
    if (!ids.has(id)) ids.set(id, '');
    return id;
  });
  const bindings = (state as { bindings: { link_id: string; account_id: string }[] }).bindings;
  for (const { link_id, account_id } of bindings)
    ids.set(account_id, ids.get(account_id) === '' ? `of ${link_id}` : (ids.get(account_id) ?? ''));
  const renamed = [...ids].reduce(
    (all, [id, name]) => all.replaceAll(id, name),
    text.replaceAll(tenantId, ''),
  );
  const parsed = JSON.parse(renamed) as Record<string, unknown[]>;
  return Object.fromEntries(
    Object.entries(parsed).map(([table, rows]) => [
      table,
      rows.map((row) => JSON.stringify(row)).sort(),
    ]),
  );
};

describe('time', () => {
  it('shows what had occurred by now, and no end that was still to come', async () => {
    const id = await tenant();
    await accept(database, id, history(), optionsAt(NOW, levels));
    const view = await viewOf(database, id, 'a1', { now: june(10), config: levels });
    const [held] = view.current(subscription);
    expect(held?.data).toEqual({ ...started, seats: 12 });
    expect(held?.validTo).toBeNull();
    expect(view.history(subscription).map(({ data }) => data.seats)).toEqual([10, 12]);
    expect(view.series('logins', 3)?.all).toEqual([7, 8, 9]);
  });

  it('gives at an earlier day what a view loaded for that day gives', async () => {
    const id = await tenant();
    await accept(database, id, history(), optionsAt(NOW, levels));
    const late = await viewsOf(database, id, { config: levels });
    for (const day of ['2026-06-03', '2026-06-10', '2026-06-25'] as const) {
      const now = `${day}T23:59:59.999Z` as const;
      const direct = await viewsOf(database, id, { config: levels, now });
      const read = (views: typeof late) =>
        views.map((view) => ({
          id: view.accountId,
          now: view.now,
          today: view.today,
          firstSeen: view.firstSeen,
          metrics: view.metrics,
          subscriptions: view.history(subscription),
          accounts: view.current(accountEntity),
          logins: view.series('logins', 40),
          seats: view.series('seats_used', 40),
          fresh: ['subscription', 'logins', 'ticket'].map((kind) => view.tenantFreshAt(kind)),
        }));
      expect(read(late.map((view) => view.at(day)))).toEqual(read(direct));
    }
  });

  it('shows what was known at a moment, by folding again', async () => {
    const id = await tenant();
    const events = history();
    const early = events.filter(({ occurredAt }) => occurredAt < june(6));
    const late = events.filter(({ occurredAt }) => occurredAt >= june(6));
    await accept(database, id, early, optionsAt(june(15), levels));
    const known = await viewsOf(database, id, { now: june(12), config: levels });
    await accept(database, id, late, optionsAt(june(29), levels));
    const replayed = await viewsOf(database, id, {
      now: june(12),
      knownAt: june(16),
      config: levels,
    });
    const read = (views: typeof known) =>
      views.map((view) => ({
        id: view.accountId,
        externalIds: view.externalIds,
        firstSeen: view.firstSeen,
        metrics: view.metrics,
        subscriptions: view.history(subscription),
        accounts: view.history(accountEntity),
        logins: view.series('logins', 40),
        seats: view.series('seats_used', 40),
        fresh: ['subscription', 'logins', 'account'].map((kind) => view.trustedFreshAt(kind)),
      }));
    expect(read(replayed)).toEqual(read(known));
    const now = await viewOf(database, id, 'a1', { now: june(12), config: levels });
    const then = known.find(({ accountId }) => accountId === now.accountId);
    expect(then?.series('logins', 1)?.all).toEqual([0]);
    expect(now.series('logins', 1)?.all).toEqual([11]);
  });

  it('quarantines what says it occurred more than a day from now', async () => {
    const id = await tenant();
    const result = await accept(database, id, [
      usage('ws-1', 1, 1, { occurredAt: '2026-07-01T11:00:00.000Z' }),
      usage('ws-1', 1, 1, { occurredAt: '2026-07-01T13:00:00.000Z' }),
      event('usage.recorded', { metric: 'logins', quantity: 1, day: '2027-01-01' }),
      usage('ws-1', 1, 1, { occurredAt: '1969-07-20T20:17:00.000Z' }),
    ]);
    expect(result.accepted).toBe(1);
    expect(result.quarantined.map(({ code }) => code)).toEqual([
      'implausible_time',
      'implausible_time',
      'implausible_time',
    ]);
  });

  it('counts a day in the zone of the tenant', async () => {
    const id = await tenant();
    const config = configOf({ zone: 'America/New_York' });
    const evening = usage('ws-1', 10, 4, { occurredAt: '2026-06-11T02:00:00.000Z' });
    await accept(
      database,
      id,
      [account('a1'), bound('a1', { source: 'product', externalId: 'ws-1' }), evening],
      optionsAt(NOW, config),
    );
    const [view] = await viewsOf(database, id, { config });
    expect(view?.series('logins', 60)?.firstDay).toBe('2026-06-10');
  });

  it('is as fresh as its data: history imported today is old, a source is alive up to when it spoke', async () => {
    const id = await tenant();
    await accept(database, id, [account('a1', {}, { occurredAt: june(3) })]);
    const [view] = await viewsOf(database, id);
    expect(view?.tenantFreshAt('account')).toBe('2026-06-03T23:59:59.999Z');
    expect(view?.tenantFreshAt('invoice')).toBeNull();
    await accept(database, id, [event('incident.heartbeat', {}, { occurredAt: june(30, 11) })]);
    const [later] = await viewsOf(database, id);
    expect(later?.tenantFreshAt('incident')).toBe(NOW);
    expect(later?.current(incident)).toEqual([]);
  });
});

describe('what is not accepted', () => {
  it('holds up nothing else, and is kept with its reason, file and line', async () => {
    const id = await tenant();
    const origin = { file: 'usage.csv', line: 7 };
    const result = await accept(database, id, [
      account('a1'),
      usage('ws-1', 1, -4, { origin }),
      event('coffee.brewed', {}),
      event('subscription.changed', { subscriptionId: 's1', saets: 4 }),
      usage('ws-1', 1, 2),
      event('ticket.changed', { ticketId: 't', openedAt: 'yesterday' }),
      event('usage.recorded', { metric: 'logins', quantity: 1.5 }),
      { ...event('invoice.changed', { invoiceId: 'i' }), ref: undefined as never },
      event('account.changed', { accountId: 'other', name: 'x' }),
      event('ticket.changed', { ticketId: 't2', subject: 'nul \0 byte' }),
      event('ticket.changed', { ticketId: 't3', subject: 'half \ud800 character' }),
      event('ticket.changed', { ticketId: 'written \\u0000 out', subject: 'harmless' }),
      event('usage.recorded', { metric: 'logins', quantity: 1 }, { eventId: '' }),
      event(
        'usage.recorded',
        { metric: 'logins', quantity: 1 },
        { occurredAt: '2026-02-30T00:00:00.000Z' },
      ),
    ]);
    expect(result.accepted).toBe(3);
    expect(result.quarantined.map(({ code }) => code)).toEqual([
      'bad_payload',
      'unknown_type',
      'bad_payload',
      'bad_payload',
      'bad_payload',
      'no_ref',
      'account_ref',
      'bad_text',
      'bad_text',
      'bad_envelope',
      'bad_envelope',
    ]);
    expect(result.quarantined[0]).toMatchObject({
      origin,
      reason: expect.stringContaining('quantity') as string,
    });
    expect(result.quarantined[2]?.reason).toContain('saets');
  });

  it('may be sent again once it is right', async () => {
    const id = await tenant();
    const wrong = event('subscription.changed', { ...started, seats: 'ten' }, { eventId: 'again' });
    expect((await accept(database, id, [wrong])).accepted).toBe(0);
    const right = { ...wrong, payload: started };
    expect((await accept(database, id, [right])).accepted).toBe(1);
  });

  it('holds back a fold that lacks what its kind needs until the rest comes', async () => {
    const id = await tenant();
    const parts = event('contract.changed', { contractId: 'c1', startedOn: '2026-01-01' });
    await accept(database, id, [account('a1'), parts]);
    expect((await viewsOf(database, id))[0]?.current(contract)).toEqual([]);
    await accept(database, id, [
      event('contract.changed', { contractId: 'c1', renewsOn: '2026-12-31' }),
    ]);
    expect((await viewsOf(database, id))[0]?.current(contract)[0]?.data.renewsOn).toBe(
      '2026-12-31',
    );
  });
});

describe('a client key', () => {
  const client = { trust: 'client' as const, source: 'browser' };

  it('moves usage, never state', async () => {
    const id = await tenant();
    const result = await accept(database, id, [
      account('a1', {}, client),
      event('subscription.changed', started, client),
      event(
        'contact.changed',
        { contactId: 'c', name: 'x', email: 'x@y.example', role: 'admin' },
        client,
      ),
      event('incident.heartbeat', {}, client),
      usage('ws-1', 1, 5, { ...client }),
      event('track.received', { event: 'Opened' }, client),
    ]);
    expect(result.accepted).toBe(2);
    expect(new Set(result.quarantined.map(({ code }) => code))).toEqual(new Set(['client_trust']));
    expect(result.quarantined[0]?.reason).toContain('server key');
  });

  it('binds users to groups, nothing else', async () => {
    const id = await tenant();
    const group = { ref: { source: 'segment', externalId: 'g1' }, ...client };
    const result = await accept(database, id, [
      event('link.bound', { source: 'segment/user', externalId: 'u1' }, group),
      event('link.bound', { source: 'billing', externalId: 'cus_1' }, group),
      usage('u1', 1, 1, { ...client, ref: { source: 'retinue', externalId: 'acc-1' } }),
      event(
        'usage.recorded',
        { metric: 'x', quantity: 1, links: [{ source: 'billing', externalId: 'c' }] },
        client,
      ),
    ]);
    expect(result.accepted).toBe(1);
    expect(result.quarantined.map(({ code }) => code)).toEqual([
      'client_trust',
      'client_trust',
      'client_trust',
    ]);
  });

  it('moves the value of a series and never the trusted one, nor through a link it made', async () => {
    const id = await tenant();
    const user = { source: 'product/user', externalId: 'u1' };
    await accept(database, id, [
      account('a1'),
      bound('a1', { source: 'product', externalId: 'ws-1' }),
      usage('ws-1', 29, 3),
      usage('ws-1', 29, 40, { ...client }),
      event('link.bound', user, { ...client, ref: { source: 'product', externalId: 'ws-1' } }),
      usage('u1', 29, 500, { ref: user }),
    ]);
    const [view] = await viewsOf(database, id);
    const series = view?.series('logins', 2);
    expect(series?.all).toEqual([543, 0]);
    expect(series?.trusted).toEqual([3, 0]);
    expect(series?.sources).toEqual(['browser', 'product']);
    expect(series?.trustedFreshAt).toBe('2026-06-29T23:59:59.999Z');
  });

  it('does not make a silent source look alive', async () => {
    const id = await tenant();
    await accept(database, id, [
      account('a1'),
      bound('a1', { source: 'product', externalId: 'ws-1' }),
      usage('ws-1', 20, 3),
      usage('ws-1', 30, 3, { ...client, occurredAt: june(30, 10) }),
    ]);
    const [view] = await viewsOf(database, id);
    expect(view?.tenantFreshAt('logins')).toBe(NOW);
    expect(view?.trustedFreshAt('logins')).toBe('2026-06-20T23:59:59.999Z');
  });
});

describe('track events', () => {
  it('count through the metrics that name them, and are kept', async () => {
    const id = await tenant();
    const config = configOf({
      metrics: [
        { id: 'logins', kind: 'count', events: ['Signed In'] },
        { id: 'rows', kind: 'count', events: ['Exported'], property: 'rows' },
        { id: 'seats_used', kind: 'level', events: ['Seats'], property: 'count' },
      ],
    });
    const track = (name: string, properties: Record<string, number | string>, day = 29) =>
      event(
        'track.received',
        { event: name, properties },
        { occurredAt: june(day), source: 'product' },
      );
    await accept(
      database,
      id,
      [
        account('a1'),
        track('Signed In', {}),
        track('Signed In', {}),
        track('Exported', { rows: 40.4 }),
        track('Exported', { rows: 'many' }),
        track('Seats', { count: 7 }),
        track('Seats', { count: 5 }),
        track('Clicked', {}),
      ],
      optionsAt(NOW, config),
    );
    const [view] = await viewsOf(database, id, { config });
    expect(view?.metrics).toEqual(['logins', 'rows', 'seats_used']);
    expect(view?.series('logins', 2)?.all).toEqual([2, 0]);
    expect(view?.series('rows', 2)?.all).toEqual([40, 0]);
    expect(view?.series('seats_used', 3)?.all).toEqual([null, 7, 7]);
    const kept = await database.withTenant(id, async (tx) =>
      listEvents(tx, { accountId: view?.accountId ?? '', limit: 50 }),
    );
    expect(kept.filter(({ type }) => type === 'track.received')).toHaveLength(7);
  });

  it('stop at the largest integer instead of failing the batch', async () => {
    const id = await tenant();
    const most = 2_147_483_647;
    await accept(database, id, [
      account('a1'),
      event('usage.recorded', { metric: 'bytes', quantity: most }, { occurredAt: june(29) }),
      event('usage.recorded', { metric: 'bytes', quantity: most }, { occurredAt: june(29) }),
    ]);
    const [view] = await viewsOf(database, id);
    expect(view?.series('bytes', 2)?.all).toEqual([most, 0]);
  });
});
