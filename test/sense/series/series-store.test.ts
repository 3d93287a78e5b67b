import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { dayNumber, dayFromNumber } from '../../../src/domain/time.ts';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import { linkIdOf } from '../../../src/sense/identity/link-id.ts';
import { sourceFreshness } from '../../../src/sense/series/freshness-store.ts';
import { loadBlocks } from '../../../src/sense/series/series-store.ts';
import { createTenant, testDatabase } from '../../support/database.ts';
import { accept, configOf, event, optionsAt } from '../sending.ts';

let database: OpenDatabase;
let tenants = 0;

beforeAll(async () => {
  database = await testDatabase();
});

const config = configOf({
  metrics: [
    { id: 'level', kind: 'level', events: [] },
    { id: 'count', kind: 'count', events: [] },
  ],
});
const FIRST = dayNumber('2025-01-01');
const ref = { source: 'product', externalId: 'ws' };

describe('stored series', () => {
  it('hold what was sent, whatever the batches: counts added up, the highest level of a day', async () => {
    const points = fc.array(
      fc.record({
        metric: fc.constantFrom('count', 'level'),
        day: fc.integer({ min: FIRST, max: FIRST + 300 }).map(dayFromNumber),
        quantity: fc.nat(1000),
        trust: fc.constantFrom('client' as const, 'server' as const),
        source: fc.constantFrom('one "quoted"', 'two \\ slashed', 'three, with {braces}'),
      }),
      { minLength: 1, maxLength: 60 },
    );
    await fc.assert(
      fc.asyncProperty(points, fc.integer({ min: 1, max: 25 }), async (all, size) => {
        const id = await createTenant(database, `tenant-${(tenants += 1)}`);
        for (let from = 0; from < all.length; from += size) {
          const batch = all
            .slice(from, from + size)
            .map(({ trust, source, ...payload }) =>
              event('usage.recorded', payload, { trust, source, ref }),
            );
          await accept(database, id, batch, optionsAt('2026-06-30T12:00:00.000Z', config));
        }
        const blocks = await database.withTenant(id, async (tx) =>
          loadBlocks(tx, [linkIdOf(ref)], 0, 1000),
        );
        const stored = new Map<string, number>();
        for (const { metric, trust, block, days } of blocks) {
          days.forEach((value, place) => {
            if (value !== null)
              stored.set(`${metric} ${trust} ${dayFromNumber(block * 128 + place)}`, value);
          });
        }
        const expected = new Map<string, number>();
        for (const { metric, trust, day, quantity } of all) {
          const key = `${metric} ${trust} ${day}`;
          const before = expected.get(key) ?? 0;
          expected.set(key, metric === 'level' ? Math.max(before, quantity) : before + quantity);
        }
        expect(new Map([...stored].sort())).toEqual(new Map([...expected].sort()));
        const named = new Set(blocks.flatMap(({ sources }) => sources));
        expect(named).toEqual(new Set(all.map(({ source }) => source)));
      }),
      { numRuns: 15 },
    );
  });

  it('load the blocks asked for, and of each series the first and the last before them', async () => {
    const id = await createTenant(database, `tenant-${(tenants += 1)}`);
    const days = [0, 130, 260, 390, 520].map((offset) => dayFromNumber(FIRST + offset));
    await accept(
      database,
      id,
      days.map((day, index) =>
        event('usage.recorded', { metric: 'count', quantity: index + 1, day }, { ref }),
      ),
      optionsAt('2026-07-30T12:00:00.000Z', config),
    );
    const block = Math.floor((FIRST + 390) / 128);
    const blocks = await database.withTenant(id, async (tx) =>
      loadBlocks(tx, [linkIdOf(ref)], block, block),
    );
    const values = blocks.map(({ days: own }) => own.find((value) => value !== null));
    expect(values.sort()).toEqual([1, 3, 4]);
  });

  it('say which source spoke of what', async () => {
    const id = await createTenant(database, `tenant-${(tenants += 1)}`);
    await accept(database, id, [
      event('usage.recorded', { metric: 'count', quantity: 1 }, { source: 'product', ref }),
      event('usage.recorded', { metric: 'count', quantity: 1 }, { source: 'product', ref }),
      event('incident.heartbeat', {}, { source: 'status-page' }),
    ]);
    const rows = await database.withTenant(id, async (tx) => sourceFreshness(tx));
    expect(rows.map(({ source, kind, events }) => [source, kind, events])).toEqual([
      ['product', 'count', 2],
      ['status-page', 'incident', 1],
    ]);
  });
});
