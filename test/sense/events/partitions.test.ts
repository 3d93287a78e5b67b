import { beforeAll, describe, expect, it } from 'vitest';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import { createTenant, testDatabase } from '../../support/database.ts';
import { accept, account, event, optionsAt } from '../sending.ts';

let database: OpenDatabase;

beforeAll(async () => {
  database = await testDatabase();
  await createTenant(database, 'acme');
  await createTenant(database, 'other');
});

const partitionsOf = async (tenantId: string): Promise<string[]> =>
  database.withTenant(tenantId, async (tx) => {
    const rows = await tx.query<{ name: string }>(
      'select distinct tableoid::regclass::text as name from events order by 1',
    );
    return rows.map(({ name }) => name);
  });

describe('partitions of events', () => {
  it('are made by the month of acceptance, as they are needed', async () => {
    await accept(database, 'acme', [account('a1')], optionsAt('2026-06-30T12:00:00.000Z'));
    await accept(database, 'acme', [account('a2')], optionsAt('2026-07-01T00:00:00.000Z'));
    await accept(database, 'acme', [account('a3')], optionsAt('2031-02-28T12:00:00.000Z'));
    expect(await partitionsOf('acme')).toEqual([
      'events_2026_06',
      'events_2026_07',
      'events_2031_02',
    ]);
  });

  it('know an event accepted in another month', async () => {
    const once = event('incident.heartbeat', {}, { eventId: 'once' });
    await accept(database, 'acme', [once], optionsAt('2026-06-30T12:00:00.000Z'));
    const again = await accept(database, 'acme', [once], optionsAt('2026-09-30T12:00:00.000Z'));
    expect(again).toMatchObject({ accepted: 0, duplicates: 1 });
  });

  it('show no other tenant’s rows, not even asked directly', async () => {
    await accept(database, 'acme', [account('a4')], optionsAt('2026-06-30T12:00:00.000Z'));
    const direct = await database.withTenant('other', async (tx) =>
      tx.query('select from events_2026_06'),
    );
    expect(direct).toEqual([]);
    expect(await partitionsOf('other')).toEqual([]);
  });
});
