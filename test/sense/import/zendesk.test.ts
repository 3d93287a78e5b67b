import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import { countUnboundLinks } from '../../../src/sense/identity/link-store.ts';
import { importFolder } from '../../../src/sense/import/import-folder.ts';
import { readMapping } from '../../../src/sense/import/read-mapping.ts';
import type { ImportReport } from '../../../src/sense/import/report.ts';
import contact from '../../../src/sense/state/contact.ts';
import conversation from '../../../src/sense/state/conversation.ts';
import ticket from '../../../src/sense/state/ticket.ts';
import { createTenant, testDatabase } from '../../support/database.ts';
import { accept, account, configOf, entities, june, viewOf } from '../sending.ts';

const mapping = await readMapping(
  new URL('../../../mappings/zendesk.yaml', import.meta.url).pathname,
  entities,
);
const fixture = new URL('../../fixtures/import/zendesk', import.meta.url).pathname;
const shared = join(process.env['RETINUE_SHARED'] ?? '../shared', 'data/zendesk-tables-fivetran');

let database: OpenDatabase;
beforeAll(async () => {
  database = await testDatabase();
});

const load = (tenantId: string, folder: string, config = configOf()) =>
  importFolder(database, { tenantId, folder, mapping, config, entities, now: june(20) });

/** Records of a CSV file, told without the importer: quotes may hold line ends. */
const recordsIn = async (path: string): Promise<number> => {
  const text = await readFile(path, 'utf8');
  let quoted = false;
  let rows = 0;
  for (const character of text.trimEnd()) {
    if (character === '"') quoted = !quoted;
    if (character === '\n' && !quoted) rows += 1;
  }
  return rows;
};

/** No row is lost in silence: each file's rows are counted, and what none of its emits wanted is told. */
const reconcile = async (folder: string, report: ImportReport) => {
  for (const file of report.files) {
    expect([file.file, file.rows]).toEqual([file.file, await recordsIn(join(folder, file.file))]);
    const heard = file.accepted + file.duplicates + file.quarantined;
    expect(heard).toBeGreaterThanOrEqual(file.rows - file.leftOut);
  }
};

describe('a helpdesk’s tables', () => {
  it('become tickets, people and what they said, each where it belongs', async () => {
    const id = await createTenant(database, 'zendesk-small');
    const report = await load(id, fixture);
    await reconcile(fixture, report);
    const left = Object.fromEntries(report.files.map(({ file, leftOut }) => [file, leftOut]));
    expect(left).toEqual({
      'organization_data.csv': 0,
      'user_data.csv': 1,
      'ticket_data.csv': 0,
      'ticket_field_history_data.csv': 1,
      // An internal note, and a comment of somebody whom `user` does not name.
      'ticket_comment_data.csv': 2,
      'satisfaction_rating_data.csv': 1,
    });
    expect(report.quarantined.map(({ code, count }) => [code, count])).toEqual([['bad_row', 3]]);
    const acme = await viewOf(database, id, '501', { now: june(20) });
    expect(acme.current(contact).map(({ key, data }) => [key, data.left])).toEqual([
      ['zendesk-11', false],
      ['zendesk-12', true],
    ]);
    expect(acme.current(ticket).map(({ key }) => key)).toEqual(['zendesk-1']);
    const told = acme
      .history(ticket)
      .map(({ data }) => [data.status, data.priority, data.satisfaction]);
    expect(told.at(0)).toEqual(['open', 'high', undefined]);
    expect(told).toContainEqual(['pending', 'normal', undefined]);
    expect(told.at(-1)).toEqual(['solved', 'high', 1]);
    expect(acme.current(conversation).map(({ data }) => [data.from, data.body])).toEqual([
      ['customer', 'It broke again'],
      ['agent', 'We look into it'],
    ]);
    const waiting = await database.withTenant(id, (tx) => countUnboundLinks(tx));
    expect(Object.fromEntries(waiting.map(({ source, count }) => [source, count]))).toMatchObject({
      zendesk: 1,
      'zendesk/user': 1,
    });
  });

  it('keep with a refused row what was looked up for it, so that it can be heard again', async () => {
    const id = await createTenant(database, 'zendesk-replay');
    await load(id, fixture);
    const row = await database.withTenant(id, (tx) =>
      tx.query<{ row: unknown }>(
        `select payload as row from quarantine where file = 'ticket_comment_data.csv'`,
      ),
    );
    expect(row).toMatchObject([{ row: { id: '75', 'author.role': 'end-user' } }]);
  });

  it('come to the accounts of a tenant that there is, by its rules', async () => {
    const id = await createTenant(database, 'zendesk-rules');
    const rule = { from: 'zendesk', to: 'crm', certainty: 'certain' } as const;
    const config = configOf({
      identity: {
        accountsFrom: ['crm'],
        rules: [
          { ...rule, id: 'key', by: 'key', key: 'external_id' },
          { ...rule, id: 'name', by: 'name' },
        ],
        ...{ ignoreDomains: [], truth: {}, arrToleranceBasisPoints: 0 },
      },
    });
    await accept(
      database,
      id,
      [account('a1', { name: 'Something Else' }), account('a2', { name: 'BETA GmbH' })],
      { now: june(19), entities, config },
    );
    await load(id, fixture, config);
    const view = await viewOf(database, id, 'a1', { now: june(20), config });
    expect(view.externalIds).toEqual(expect.arrayContaining(['501', 'a1']));
    expect(view.current(ticket)).toHaveLength(1);
    expect((await viewOf(database, id, 'a2', { now: june(20), config })).externalIds).toContain(
      '502',
    );
  });
});

const there = await readdir(shared).then(
  () => true,
  () => false,
);

describe.skipIf(!there)('the tables of dbt_zendesk [skipped without: RETINUE_SHARED]', () => {
  it('are read row by row with nothing lost, and again without change', async () => {
    const id = await createTenant(database, 'zendesk-fivetran');
    const report = await load(id, shared);
    await reconcile(shared, report);
    const files = Object.fromEntries(
      report.files.map(({ file, rows, leftOut, quarantined }) => [
        file,
        { rows, leftOut, quarantined },
      ]),
    );
    expect(files).toMatchObject({
      'organization_data.csv': { rows: 10, leftOut: 0, quarantined: 0 },
      'user_data.csv': { rows: 10, leftOut: 1, quarantined: 0 },
      'ticket_data.csv': { rows: 10, leftOut: 0, quarantined: 0 },
      // Two are about people, and one says that a priority is `solved`.
      // The seeds name none of their authors in `user`.
      'ticket_comment_data.csv': { rows: 20, leftOut: 20, quarantined: 0 },
      'ticket_field_history_data.csv': { rows: 38, leftOut: 3, quarantined: 1 },
    });
    const again = await load(id, shared);
    expect(again.totals).toMatchObject({ accepted: 0, conflicts: 0 });
  });
});
