import { beforeAll, describe, expect, it } from 'vitest';
import { addHours } from '../../../src/domain/time.ts';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import {
  countQuarantine,
  listQuarantine,
  purgeQuarantine,
} from '../../../src/sense/events/quarantine-store.ts';
import { createTenant, testDatabase } from '../../support/database.ts';
import { accept, event, NOW, optionsAt } from '../sending.ts';

let database: OpenDatabase;
let tenants = 0;

beforeAll(async () => {
  database = await testDatabase();
});

const tenant = async (): Promise<string> => createTenant(database, `tenant-${(tenants += 1)}`);

describe('quarantine', () => {
  it('lists what was refused with source, reason, file and line, and counts it', async () => {
    const id = await tenant();
    const wrong = { metric: 'logins', quantity: -1 };
    await accept(database, id, [
      event('usage.recorded', wrong, {
        eventId: 'u1',
        source: 'import',
        origin: { file: 'usage.csv', line: 3 },
        importId: 'imp-1',
      }),
      event('usage.recorded', wrong, {
        eventId: 'u2',
        source: 'import',
        origin: { file: 'usage.csv', line: 9 },
      }),
      event('coffee.brewed', {}, { eventId: 'c1', source: 'kitchen' }),
    ]);
    await database.withTenant(id, async (tx) => {
      const counts = await countQuarantine(tx, NOW);
      expect(counts.map(({ source, code, count }) => [source, code, count])).toEqual([
        ['import', 'bad_payload', 2],
        ['kitchen', 'unknown_type', 1],
      ]);
      const [first] = await listQuarantine(tx, { now: NOW, importId: 'imp-1' });
      expect(first).toMatchObject({
        source: 'import',
        eventId: 'u1',
        code: 'bad_payload',
        file: 'usage.csv',
        line: 3,
        payload: wrong,
        times: 1,
        expiresAt: addHours(NOW, 720),
      });
      expect(await listQuarantine(tx, { now: NOW, code: 'unknown_type' })).toHaveLength(1);
      expect(await listQuarantine(tx, { now: NOW, source: 'nobody' })).toEqual([]);
      expect(await listQuarantine(tx, { now: NOW, limit: 2 })).toHaveLength(2);
    });
  });

  it('counts the same one again instead of keeping it twice', async () => {
    const id = await tenant();
    const bad = event('coffee.brewed', {}, { eventId: 'c1' });
    await accept(database, id, [bad, bad]);
    await accept(database, id, [bad], optionsAt(addHours(NOW, 1)));
    const [only, ...rest] = await database.withTenant(id, async (tx) =>
      listQuarantine(tx, { now: NOW }),
    );
    expect(rest).toEqual([]);
    expect(only).toMatchObject({
      times: 2,
      firstReceivedAt: NOW,
      lastReceivedAt: addHours(NOW, 1),
    });
  });

  it('keeps whatever can be kept of what cannot be stored', async () => {
    const id = await tenant();
    await accept(database, id, [
      event('ticket.changed', { ticketId: 't', subject: 'a \0 and \ud800 end' }),
      event('ticket.changed', { ticketId: 't', body: 'x'.repeat(300_000) }),
      event('usage.recorded', {}, { eventId: '\0'.repeat(400), source: '' }),
    ]);
    const kept = await database.withTenant(id, async (tx) => listQuarantine(tx, { now: NOW }));
    expect(kept).toHaveLength(3);
    expect(kept.map(({ payload }) => payload?.['subject'])).toContain('a ␀ and � end');
  });

  it('forgets after its time', async () => {
    const id = await tenant();
    await accept(database, id, [event('coffee.brewed', {})]);
    const later = addHours(NOW, 721);
    await database.withTenant(id, async (tx) => {
      expect(await listQuarantine(tx, { now: later })).toEqual([]);
      expect(await countQuarantine(tx, later)).toEqual([]);
      expect(await purgeQuarantine(tx, NOW)).toBe(0);
      expect(await purgeQuarantine(tx, later)).toBe(1);
    });
  });

  it('is not seen by another tenant', async () => {
    const [one, two] = [await tenant(), await tenant()];
    await accept(database, one, [event('coffee.brewed', {})]);
    expect(await database.withTenant(two, async (tx) => listQuarantine(tx, { now: NOW }))).toEqual(
      [],
    );
  });
});
