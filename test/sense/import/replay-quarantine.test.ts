import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import { listQuarantine } from '../../../src/sense/events/quarantine-store.ts';
import { importFolder } from '../../../src/sense/import/import-folder.ts';
import { parseMapping } from '../../../src/sense/import/read-mapping.ts';
import { replayQuarantine } from '../../../src/sense/import/replay-quarantine.ts';
import type { Mapping } from '../../../src/sense/import/mapping-schema.ts';
import { createTenant, testDatabase } from '../../support/database.ts';
import {
  accept,
  account,
  configOf,
  entities,
  event,
  june,
  optionsAt,
  stateOf,
  viewOf,
} from '../sending.ts';

let database: OpenDatabase;
beforeAll(async () => {
  database = await testDatabase();
});

const FILE = [
  'id,name,plan,seats,start',
  's1,One,gold,5,2026-06-01',
  's2,Two,silver,many,2026-06-02',
  's3,Three,gold,7,02/06/2026',
  's4,Four,,9,2026-06-04',
].join('\n');

const mappingOf = (text: string): Mapping => {
  const result = parseMapping('billing.yaml', text, entities);
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.mapping;
};

const wrong = `
source: billing
tables:
  subscriptions:
    file: subscriptions.csv
    emits:
      - id: started
        type: subscription.changed
        key: [id]
        at: start
        ref: { source: crm, externalId: { constant: a1 } }
        fields:
          subscriptionId: id
          planId: { column: plan, default: '' }
          status: { constant: active }
          seats: { column: seats, as: integer }
          startedOn: { column: start, as: day }
`;

const right = wrong
  .replace('{ column: seats, as: integer }', '{ column: seats, ignore: [many], as: integer }')
  .replace("default: ''", 'default: free');

const options = { ...optionsAt(june(20)), config: configOf() };

it('hears rows again by a better mapping, shows it first, and once', async () => {
  const id = await createTenant(database, 'replay-rows');
  const folder = await mkdtemp(join(tmpdir(), 'retinue-replay-'));
  await writeFile(join(folder, 'subscriptions.csv'), FILE);
  await accept(database, id, [account('a1')]);
  const report = await importFolder(database, {
    ...options,
    ...{ tenantId: id, folder, mapping: mappingOf(wrong) },
  });
  expect(report.totals).toMatchObject({ rows: 4, accepted: 1, quarantined: 3 });

  const replay = (keep: boolean, mapping = mappingOf(right)) =>
    database.withTenant(id, (tx) =>
      replayQuarantine(tx, {
        ...options,
        now: june(21),
        mapping,
        keep,
        filter: { source: 'billing' },
      }),
    );
  const before = await stateOf(database, id);
  const shown = await replay(false);
  expect(shown).toMatchObject({
    entries: 3,
    settled: 2,
    accepted: 2,
    refused: [{ code: 'bad_row', count: 1 }],
  });
  expect(await stateOf(database, id)).toEqual(before);

  expect(await replay(true)).toEqual(shown);
  expect(await replay(true)).toMatchObject({ entries: 1, settled: 0, accepted: 0 });
  const { default: subscription } = await import('../../../src/sense/state/subscription.ts');
  const held = (await viewOf(database, id, 'a1', { now: june(21) })).current(subscription);
  expect(held.map(({ key, data }) => [key, data.planId])).toEqual([
    ['s1', 'gold'],
    ['s2', 'silver'],
    ['s4', 'free'],
  ]);
  const left = await database.withTenant(id, (tx) => listQuarantine(tx, { now: june(21) }));
  expect(left.map(({ line }) => line)).toEqual([4]);
  const imports = await database.withTenant(id, (tx) =>
    tx.query('select distinct import_id from events where import_id is not null'),
  );
  expect(imports).toHaveLength(1);
});

it('hears events again as they came, once what refused them is put right', async () => {
  const id = await createTenant(database, 'replay-events');
  const early = event(
    'account.changed',
    { accountId: 'a1', name: 'Acme' },
    { occurredAt: june(25), ref: { source: 'crm', externalId: 'a1' } },
  );
  await accept(database, id, [early], options);
  const replay = (day: number) =>
    database.withTenant(id, (tx) =>
      replayQuarantine(tx, { ...options, now: june(day), keep: true, filter: {} }),
    );
  expect(await replay(22)).toMatchObject({ settled: 0, refused: [{ code: 'implausible_time' }] });
  expect(await replay(26)).toMatchObject({ settled: 1, accepted: 1 });
  expect(await replay(27)).toMatchObject({ entries: 0, accepted: 0 });
});
