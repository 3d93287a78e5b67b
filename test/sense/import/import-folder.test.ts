import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import { loadCatalogue } from '../../../src/platform/catalogue.ts';
import { listQuarantine } from '../../../src/sense/events/quarantine-store.ts';
import { importFolder } from '../../../src/sense/import/import-folder.ts';
import { listImports } from '../../../src/sense/import/import-store.ts';
import { tenantOfMapping } from '../../../src/sense/import/mapping-tenant.ts';
import { readMapping } from '../../../src/sense/import/read-mapping.ts';
import type { ImportProgress } from '../../../src/sense/import/import-folder.ts';
import type { EntityType } from '../../../src/sense/state/define.ts';
import { createTenant, testDatabase } from '../../support/database.ts';

const fixtures = new URL('../../fixtures/import/', import.meta.url).pathname;
const complete = join(fixtures, 'complete');
const now = '2026-02-20T12:00:00.000Z';

let database: OpenDatabase;
let entities: readonly EntityType[];
const folders: string[] = [];

beforeAll(async () => {
  database = await testDatabase();
  entities = await loadCatalogue<EntityType>(new URL('../../../src/sense/state/', import.meta.url));
});

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

const folderWith = async (
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'retinue-import-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
};

/** Imports into a tenant of its own, made if it is not there yet. */
const load = async (
  tenantId: string,
  folder: string,
  options: { readonly at?: string; readonly onProgress?: (step: ImportProgress) => void } = {},
) => {
  const mapping = await readMapping(join(fixtures, 'complete.yaml'), entities);
  const tenant = tenantOfMapping(mapping, tenantId);
  if (tenant === null) throw new Error('the mapping creates no tenant');
  const known = await database.withTenant(tenantId, (tx) => tx.query('select 1 from tenants'));
  if (known.length === 0) await createTenant(database, tenantId);
  return importFolder(database, {
    tenantId,
    folder,
    mapping,
    config: tenant.config,
    entities,
    now: (options.at ?? now) as typeof now,
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  });
};

const contents = async (tenantId: string): Promise<unknown> =>
  database.withTenant(tenantId, async (tx) => ({
    versions: await tx.query(
      'select kind, entity_key, valid_from, valid_to, data, complete from entity_versions order by 1, 2, 3',
    ),
    series: await tx.query('select * from usage_series order by link_id, metric, block'),
    events: await tx.query('select source, event_id, payload from events order by 1, 2'),
    links: await tx.query('select * from account_links order by link_id'),
  }));

const latest = async (tenantId: string, kind: string): Promise<Record<string, unknown>[]> =>
  database.withTenant(tenantId, async (tx) => {
    const rows = await tx.query<{ data: Record<string, unknown>; complete: boolean }>(
      `select data, complete from entity_versions where kind = $1 and valid_to is null order by entity_key`,
      [kind],
    );
    expect(rows.every((row) => row.complete)).toBe(true);
    return rows.map((row) => row.data);
  });

describe('a folder with every kind of record', () => {
  it('becomes state, series and links', async () => {
    const report = await load('all', complete);
    expect(report.files.filter(({ faults }) => faults.length > 0)).toEqual([]);
    expect(report.totals).toMatchObject({
      duplicates: 0,
      conflicts: 0,
      quarantined: 0,
      waiting: 0,
    });
    expect(report.totals.accepted).toBe(2 + 2 + 2 + 2 + 3 + 3 + 2 + 2 + 7 + 2 + 3 + 2 + 1);
    expect(report.unboundLinks).toEqual([]);
    expect(report.accountIds).toHaveLength(2);

    const accounts = await latest('all', 'account');
    expect(accounts).toContainEqual({
      accountId: 'C-100',
      name: 'Bäcker & Söhne; GmbH',
      country: 'DE',
      ownerId: 'o-1',
      signedUpOn: '2026-01-03',
    });
    expect(await latest('all', 'owner')).toMatchObject([
      { ownerId: 'o-1', role: 'csm', deputy: 'o-2' },
      { ownerId: 'o-2', role: 'account_manager' },
    ]);
    expect(await latest('all', 'plan')).toEqual([
      {
        planId: 'scale',
        name: 'Scale',
        rank: 2,
        tier: 'scale',
        seatPrice: { minor: 3950, currency: 'EUR' },
        features: ['boards', 'exports', 'audit-log'],
      },
      {
        planId: 'team',
        name: 'Team',
        rank: 1,
        tier: 'team',
        seatPrice: { minor: 1900, currency: 'EUR' },
        limits: { seats_used: 25, api_calls: 100_000 },
        features: ['boards', 'exports'],
      },
    ]);
    expect(await latest('all', 'subscription')).toMatchObject([
      {
        subscriptionId: 'S-1',
        status: 'active',
        mrr: { minor: 47_500, currency: 'EUR' },
        interval: 'month',
      },
      { subscriptionId: 'S-2', status: 'ended', endedOn: '2026-02-01', seats: 10 },
    ]);
    expect(await latest('all', 'invoice')).toMatchObject([
      // 09:30 in Berlin.
      { invoiceId: 'R-1', status: 'paid', paidAt: '2026-01-10T08:30:00.000Z' },
      {
        invoiceId: 'R-2',
        status: 'open',
        amountDue: { minor: 47_500, currency: 'EUR' },
        failedAttempts: 2,
      },
    ]);
    expect(await latest('all', 'contact')).toMatchObject([
      {
        email: 'jana@baecker.example',
        role: 'champion',
        language: 'de',
        consentContract: true,
        consentMarketing: false,
      },
      { email: 'sam@riverside.example', role: 'budget_owner', language: 'en' },
    ]);
    expect(await latest('all', 'invite')).toMatchObject([
      { outcome: 'rejected', reason: 'seat_limit', at: '2026-02-01T10:00:00.000Z' },
      { outcome: 'accepted' },
    ]);
    expect(await latest('all', 'feature_interest')).toMatchObject([
      { interestId: 'request-F-1', feature: 'audit-log', kind: 'requested', on: '2026-02-02' },
      { interestId: 'request-F-2', feature: 'exports', kind: 'sold' },
    ]);
    expect(await latest('all', 'ticket')).toMatchObject([
      {
        ticketId: 'ticket-41',
        openedAt: '2026-01-31T15:05:00.000Z',
        seatsRequested: 5,
        priority: 'high',
        channel: 'email',
      },
      {
        ticketId: 'ticket-42',
        status: 'solved',
        closedAt: '2026-01-20T23:30:00.000Z',
        satisfaction: 4,
      },
    ]);
    expect(await latest('all', 'conversation')).toMatchObject([
      { ticketId: 'ticket-41', from: 'customer' },
      { ticketId: 'ticket-41', from: 'agent' },
    ]);
    expect(await latest('all', 'contract')).toEqual([
      {
        contractId: 'V-1',
        startedOn: '2026-01-03',
        renewsOn: '2027-01-03',
        autoRenews: true,
        noticeDays: 60,
        annualValue: { minor: 570_000, currency: 'EUR' },
      },
    ]);
    const sums = await database.withTenant('all', (tx) =>
      tx.query(
        `select l.external_id as user, s.metric, sum(day)::int as total from usage_series s join links l using (link_id)
         cross join unnest(s.days) as day group by 1, 2 order by 1, 2`,
      ),
    );
    expect(sums).toEqual([
      { user: 'u-7', metric: 'feature:exports', total: 1 },
      { user: 'u-7', metric: 'logins', total: 10 },
      { user: 'u-9', metric: 'feature:exports', total: 4 },
      { user: 'u-9', metric: 'logins', total: 1 },
    ]);
  });

  it('changes nothing when it is imported again, and says so', async () => {
    const first = await load('again', complete);
    const before = await contents('again');
    const second = await load('again', complete, { at: '2026-02-21T12:00:00.000Z' });
    expect(second.totals).toMatchObject({
      accepted: 0,
      duplicates: first.totals.accepted,
      conflicts: 0,
    });
    expect(second.accountIds).toEqual([]);
    expect(await contents('again')).toEqual(before);
  });

  it('tells an event’s import, mapping version, file and line', async () => {
    const report = await load('lineage', complete);
    const rows = await database.withTenant('lineage', (tx) =>
      tx.query('select distinct import_id, mapping_version, trust, source from events'),
    );
    expect(rows).toEqual([
      {
        import_id: report.importId,
        mapping_version: report.mappingVersion,
        trust: 'server',
        source: 'northwind-tools',
      },
    ]);
    const [past] = await database.withTenant('lineage', (tx) => listImports(tx));
    expect(past).toMatchObject({
      importId: report.importId,
      status: 'done',
      quality: { totals: report.totals },
    });
    expect(past?.files).toHaveLength(report.files.length);
  });

  it('shows how far it is, up to the last byte', async () => {
    const steps: ImportProgress[] = [];
    await load('progress', complete, { onProgress: (step) => steps.push(step) });
    const bytes = steps.map((step) => step.bytes);
    expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
    expect(steps.at(-1)?.bytes).toBe(steps.at(-1)?.totalBytes);
    expect(new Set(steps.map(({ file }) => file))).toContain('usage-2026-02.csv');
  });

  it('leaves a future end out until its day has come', async () => {
    const early = await load('early', complete, { at: '2026-01-25T12:00:00.000Z' });
    expect(early.totals.waiting).toBe(1);
    const [, trial] = await latest('early', 'subscription');
    expect(trial).toMatchObject({ subscriptionId: 'S-2', status: 'trialing' });
    const later = await load('early', complete);
    expect(later.totals.waiting).toBe(0);
    expect((await latest('early', 'subscription'))[1]).toMatchObject({ status: 'ended' });
  });

  it('hears a record that a later file tells otherwise, and not another amount of usage', async () => {
    const folder = await folderWith({});
    await cp(complete, folder, { recursive: true });
    await load('news', folder);
    await writeFile(
      join(folder, 'usage-2026-02.csv'),
      'user,date,logins,exports\nu-7,2026-02-01,900,0\n',
    );
    await writeFile(
      join(folder, 'invites.ndjson'),
      '{"invite": "i-1", "account": "C-100", "outcome": "accepted", "time": 1769940000}\n',
    );
    const report = await load('news', folder, { at: '2026-02-21T12:00:00.000Z' });
    expect(report.totals).toMatchObject({ accepted: 1, conflicts: 1 });
    expect((await latest('news', 'invite'))[0]).toMatchObject({
      inviteId: 'i-1',
      outcome: 'accepted',
    });
  });
});

const fileOf = (report: Awaited<ReturnType<typeof load>>, name: string) => {
  const found = report.files.find(({ file }) => file === name);
  if (found === undefined) throw new Error(`no ${name} in the report`);
  return found;
};

const HEADER = 'number,customer,subscription,status,cents,currency,issued,due,paid at,attempts';

const invoice = (number: string, cents = '100') =>
  `${number},C-100,S-1,open,${cents},EUR,2026-01-03,2026-01-17,,0`;

describe('bad input', () => {
  it('puts bad rows aside with file, line and reason, and takes the rest', async () => {
    const folder = await folderWith({
      'invoices.csv': [
        HEADER,
        invoice('R-1'),
        invoice('R-2', 'ten'),
        'R-3,C-100,S-1',
        `R-4,C-100,"S-1"x,open,100,EUR,2026-01-03,2026-01-17,,0`,
        invoice('R-5'),
        `R-6,C-100,S-1,open,100,EUR,2026-02-30,2026-01-17,,0`,
        invoice('', '7'),
        invoice('R-8'),
      ].join('\n'),
    });
    const report = await load('bad-rows', folder);
    const file = fileOf(report, 'invoices.csv');
    expect(file).toMatchObject({ status: 'done', rows: 8, accepted: 3, quarantined: 5 });
    expect(file.faults.map(({ line }) => line)).toEqual([3, 4, 5, 7, 8]);
    expect(file.faults.map(({ message }) => message)).toEqual([
      'amountDue: `ten` is not a whole number',
      'has 3 cells, and the header has 10',
      expect.stringContaining('is not valid CSV'),
      'at: `2026-02-30` is not a day of the calendar',
      '`number` is empty, and tells the row from others',
    ]);
    expect((await latest('bad-rows', 'invoice')).map((one) => one['invoiceId'])).toEqual([
      'R-1',
      'R-5',
      'R-8',
    ]);
    const aside = await database.withTenant('bad-rows', (tx) => listQuarantine(tx, { now }));
    expect(aside.map(({ file: name, line, code }) => [name, line, code])).toEqual(
      [3, 4, 5, 7, 8].map((line) => ['invoices.csv', line, 'bad_row']),
    );
    expect(aside[0]?.payload).toMatchObject({ number: 'R-2', cents: 'ten' });
    expect(report.quarantined).toEqual([
      { code: 'bad_row', reason: file.faults[0]?.message, count: 5 },
    ]);
  });

  it('puts aside what is well written and means nothing, with its line', async () => {
    const folder = await folderWith({
      'invites.ndjson': [
        '{"invite": "i-1", "account": "C-100", "outcome": "maybe", "time": 1769940000}',
        '{"invite": "i-2", "account": "C-100", "outcome": "sent", "time": 9769940000}',
        '{"invite": "i-3", "account": "C-100", "outcome": "sent", "time": 1769940000}',
      ].join('\n'),
    });
    const report = await load('bad-values', folder);
    expect(fileOf(report, 'invites.ndjson')).toMatchObject({ accepted: 1, quarantined: 2 });
    expect(report.quarantined.map(({ code }) => code).sort()).toEqual([
      'bad_payload',
      'implausible_time',
    ]);
    expect(fileOf(report, 'invites.ndjson').faults.map(({ line }) => line)).toEqual([1, 2]);
  });

  it('names a broken line of NDJSON, and the field that no line has', async () => {
    const folder = await folderWith({
      'invites.ndjson': [
        '{"invite": "i-1", "account": "C-100", "outcome": "sent", "tiem": 1769940000}',
        '{"invite": "i-2", "account": "C-100", "outcome": "se',
        '[1, 2]',
        '',
        '{"invite": {"id": "i-3"}, "account": "C-100", "outcome": "sent"}',
      ].join('\n'),
    });
    const { faults, rows, quarantined } = fileOf(
      await load('broken-line', folder),
      'invites.ndjson',
    );
    expect({ rows, quarantined }).toEqual({ rows: 4, quarantined: 4 });
    expect(faults.map(({ line, message }) => [line, message.split(':')[0]])).toEqual([
      [1, '`at` is empty'],
      [2, 'is not valid JSON'],
      [3, 'is no JSON object'],
      [5, expect.stringContaining('`invite` is an object') as string],
      [null, 'no line has a field `time`; did you mean `tiem`?'],
    ]);
  });

  it('refuses a file without the columns, naming the closest, and imports the others', async () => {
    const folder = await folderWith({
      'invoices.csv': `${HEADER.replace('cents', 'Cent')}\n${invoice('R-1')}\n`,
      'users.csv': 'u-7,C-100,2026-01-04\nu-9,C-200,2026-01-18\n',
      'contracts.csv': '',
      'owners.csv': 'id,full name,e-mail,team,deputy\no-1,Mara,mara@northwind-tools.example,CSM,\n',
    });
    const report = await load('malformed', folder);
    expect(fileOf(report, 'invoices.csv')).toMatchObject({
      status: 'refused',
      rows: 0,
      faults: [{ line: 1, message: 'there is no column `cents`; did you mean `Cent`?' }],
    });
    expect(fileOf(report, 'users.csv').faults[0]?.message).toMatch(/^the first line is no header/);
    expect(fileOf(report, 'contracts.csv').faults[0]?.message).toMatch(/is empty/);
    expect(fileOf(report, 'accounts.csv').faults[0]?.message).toMatch(/no such file/);
    expect(report.files.some(({ file }) => file === 'refunds.csv')).toBe(false);
    expect(fileOf(report, 'owners.csv')).toMatchObject({ status: 'done', accepted: 1 });
  });

  it('goes on after a quote that is never closed, and shows ten faults of many', async () => {
    const rows = Array.from({ length: 3_000 }, (_, index) =>
      index % 200 === 7 ? `R-${index},C-100,"S-1,open` : invoice(`R-${index}`),
    );
    const folder = await folderWith({ 'invoices.csv': [HEADER, ...rows].join('\r\n') });
    const file = fileOf(await load('open-quote', folder), 'invoices.csv');
    expect(file).toMatchObject({ status: 'done', rows: 3_000, accepted: 2_985, quarantined: 15 });
    expect(file.faults).toHaveLength(10);
    expect(file.faults[0]).toMatchObject({
      line: 9,
      message: expect.stringContaining('quote') as string,
    });
  });

  it('refuses text of another encoding from where it cannot be read', async () => {
    const folder = await folderWith({
      'users.csv': Buffer.from('user,customer,first seen\nu-\xe4,C-100,2026-01-04\n', 'latin1'),
    });
    const file = fileOf(await load('encoding', folder), 'users.csv');
    expect(file).toMatchObject({
      status: 'refused',
      faults: [{ message: expect.stringContaining('utf-8') as string }],
    });
  });

  it('refuses a folder that holds none of the files, and one that is none', async () => {
    const folder = await folderWith({ 'notes.txt': 'nothing' });
    await expect(load('nothing', folder)).rejects.toMatchObject({ code: 'import_nothing_found' });
    await expect(load('nothing', join(folder, 'no'))).rejects.toMatchObject({
      code: 'import_folder_unreadable',
    });
    expect(await database.withTenant('nothing', (tx) => listImports(tx))).toEqual([]);
  });
});
