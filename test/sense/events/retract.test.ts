import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { IncomingEvent } from '../../../src/domain/event.ts';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import { listAccounts } from '../../../src/sense/identity/account-store.ts';
import { reinstateEvents, retractEvents } from '../../../src/sense/events/retract.ts';
import type { Selector } from '../../../src/sense/events/retraction-store.ts';
import { createTenant, testDatabase } from '../../support/database.ts';
import {
  accept,
  account,
  bound,
  configOf,
  event,
  june,
  optionsAt,
  stateOf,
  usage,
  viewOf,
} from '../sending.ts';

let database: OpenDatabase;
let tenants = 0;
const tenant = async (): Promise<string> => createTenant(database, `retract-${(tenants += 1)}`);

beforeAll(async () => {
  database = await testDatabase();
});

const config = configOf({
  metrics: [
    { id: 'logins', kind: 'count', events: ['Signed In'] },
    { id: 'seats_used', kind: 'level', events: [] },
  ],
});
const at = (day: number) => optionsAt(june(day), config);

const retract = (id: string, selector: Selector, day: number) =>
  database.withTenant(id, (tx) => retractEvents(tx, { selector, retractionId: 'r1' }, at(day)));

/** What follows from events, told by links and names: an account's own id differs from tenant to tenant. */
const derived = async (id: string) => {
  const state = (await stateOf(database, id)) as Record<string, Record<string, unknown>[]>;
  const { versions, series, bindings, freshness } = state;
  const accounts = await database.withTenant(id, (tx) => listAccounts(tx));
  return {
    ...{ versions, series, freshness },
    bindings: bindings?.map(({ account_id: _, ...rest }) => rest),
    accounts: accounts
      .map(({ name, links }) => ({ name, links }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
};

describe('retracting', () => {
  const good = (index: number): IncomingEvent =>
    [
      account('a1', { name: 'Acme' }),
      usage('a1', 2 + index, 5, { ref: { source: 'crm', externalId: 'a1' } }),
      usage('a1', 3, 40 + index, { ref: { source: 'crm', externalId: 'a1' } }, 'seats_used'),
      bound('a1', { source: 'product', externalId: 'p1' }, { occurredAt: june(4) }),
      usage('p1', 6, 2),
      event('track.received', { event: 'Signed In' }, { source: 'segment', occurredAt: june(7) }),
    ][index % 6] ?? account('a1');

  const bad = (index: number): IncomingEvent => {
    const events = [
      account('a1', { name: 'Wrong', ownerId: 'nobody' }, { occurredAt: june(5) }),
      account('a9', { name: 'Phantom' }),
      usage('a1', 2, 999, { ref: { source: 'crm', externalId: 'a1' } }),
      usage('a1', 3, 9999, { ref: { source: 'crm', externalId: 'a1' } }, 'seats_used'),
      bound('a9', { source: 'product', externalId: 'p1' }, { occurredAt: june(8) }),
      event('track.received', { event: 'Signed In' }, { occurredAt: june(7) }),
    ];
    return { ...(events[index % 6] ?? account('a9')), source: 'bad' };
  };

  it('leaves what would be there if the events had never come, in whatever order all came', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ isBad: fc.boolean(), index: fc.nat(5) }), {
          minLength: 1,
          maxLength: 10,
        }),
        async (plan) => {
          const events = plan.map(({ isBad, index }) => (isBad ? bad(index) : good(index)));
          const [all, alone] = [await tenant(), await tenant()];
          for (const each of events) await accept(database, all, [each], at(10));
          for (const each of events) {
            if (each.source !== 'bad') await accept(database, alone, [each], at(10));
          }
          await retract(all, { source: 'bad', since: null }, 12);
          expect(await derived(all)).toEqual(await derived(alone));
        },
      ),
      { numRuns: 15 },
    );
  });

  it('keeps the events, marked, and takes the retraction back to what was', async () => {
    const id = await tenant();
    await accept(
      database,
      id,
      [account('a1'), usage('a1', 2, 7, { ref: { source: 'crm', externalId: 'a1' } })],
      at(10),
    );
    const before = await derived(id);
    await retract(id, { source: 'product', since: null }, 12);
    const marked = await database.withTenant(id, (tx) =>
      tx.query(`select type, retraction_id from events where retracted_at is not null`),
    );
    expect(marked).toEqual([{ type: 'usage.recorded', retraction_id: 'r1' }]);
    expect((await derived(id)).series).toEqual([]);
    await database.withTenant(id, (tx) => reinstateEvents(tx, 'r1', at(13)));
    expect(await derived(id)).toEqual(before);
  });

  it('from a moment on leaves what the source said before', async () => {
    const id = await tenant();
    const ref = { source: 'crm', externalId: 'a1' };
    await accept(database, id, [account('a1'), usage('a1', 2, 7, { ref })], at(10));
    await accept(database, id, [usage('a1', 3, 50, { ref })], at(11));
    await retract(id, { source: 'product', since: june(11) }, 12);
    const series = (await viewOf(database, id, 'a1', { config }))
      .at('2026-06-03')
      .series('logins', 2);
    expect(series?.all).toEqual([7, 0]);
  });

  it('is not known before it was made', async () => {
    const id = await tenant();
    await accept(database, id, [account('a1', { name: 'Acme' })], at(10));
    await accept(
      database,
      id,
      [{ ...account('a1', { name: 'Wrong' }, { occurredAt: june(5) }), importId: 'imp-1' }],
      at(11),
    );
    await retract(id, { importId: 'imp-1' }, 13);
    const { default: entity } = await import('../../../src/sense/state/account.ts');
    const nameKnown = async (day: number) =>
      (await viewOf(database, id, 'a1', { config, knownAt: june(day, 13) })).current(entity)[0]
        ?.data.name;
    expect([await nameKnown(12), await nameKnown(14)]).toEqual(['Wrong', 'Acme']);
  });
});
