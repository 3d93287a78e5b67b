import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { OpenDatabase, TenantTx } from '../../../src/platform/db/database.ts';
import { loadCatalogue } from '../../../src/platform/catalogue.ts';
import { importFolder } from '../../../src/sense/import/import-folder.ts';
import { tenantOfMapping, type MappedTenant } from '../../../src/sense/import/mapping-tenant.ts';
import type { ImportReport } from '../../../src/sense/import/report.ts';
import { readMapping } from '../../../src/sense/import/read-mapping.ts';
import type { EntityType } from '../../../src/sense/state/define.ts';
import { createTenant, testDatabase } from '../../support/database.ts';

const shared = process.env['RETINUE_SHARED'] ?? '../shared';
const folder = join(shared, 'data/ravenstack-saas');

describe.skipIf(!existsSync(folder))('RavenStack [skipped without: RETINUE_SHARED]', () => {
  let database: OpenDatabase;
  let report: ImportReport;
  let tenant: MappedTenant;

  beforeAll(async () => {
    database = await testDatabase();
    const entities = await loadCatalogue<EntityType>(
      new URL('../../../src/sense/state/', import.meta.url),
    );
    const path = fileURLToPath(new URL('../../../mappings/ravenstack.yaml', import.meta.url));
    const mapping = await readMapping(path, entities);
    const mapped = tenantOfMapping(mapping);
    if (mapped === null) throw new Error('the mapping creates no tenant');
    tenant = mapped;
    await createTenant(database, tenant.id);
    const now = '2026-11-22T00:00:00.000Z';
    const { id: tenantId, config } = tenant;
    report = await importFolder(database, { tenantId, folder, mapping, config, entities, now });
  }, 300_000);

  const ask = <Row extends object>(text: string): Promise<Row[]> =>
    database.withTenant(tenant.id, (tx: TenantTx) => tx.query<Row>(text));

  it('reads every row, and each gives its events', () => {
    const counts = report.files.map(({ file, rows, accepted }) => [file, rows, accepted]);
    expect(counts).toEqual([
      ['accounts.csv', 500, 500],
      ['subscriptions.csv', 5_000, 5_486],
      ['feature_usage.csv', 25_000, 25_000],
      ['support_tickets.csv', 2_000, 4_000],
      ['churn_events.csv', 600, 600],
    ]);
    expect(report.totals).toMatchObject({
      duplicates: 0,
      conflicts: 0,
      quarantined: 0,
      waiting: 0,
    });
    expect(report.unboundLinks).toEqual([]);
    expect(report.unusedFiles).toEqual(['SOURCE.txt']);
    expect(report.accountIds).toHaveLength(500);
  });

  it('keeps what the tables say', async () => {
    const [sums] = await ask<Record<string, number>>(
      `select (select count(*) from accounts)::int as accounts,
         (select count(distinct entity_key) from entity_versions where kind = 'subscription')::int as subscriptions,
         (select count(distinct entity_key) from entity_versions where kind = 'ticket')::int as tickets,
         (select sum(day) from usage_series, unnest(days) as day)::int as uses,
         (select count(*) from entity_versions where kind = 'subscription' and valid_to is null and data ->> 'status' = 'ended')::int as ended,
         (select count(*) from entity_versions where kind = 'account' and valid_to is null and data ? 'churnedOn')::int as churned,
         (select count(*) from entity_versions where not complete)::int as incomplete`,
    );
    expect(sums).toEqual({
      accounts: 500,
      subscriptions: 5_000,
      tickets: 2_000,
      uses: 250_525,
      ended: 486,
      churned: 352,
      incomplete: 0,
    });
  });

  it('knows an end from its date on, and nothing that bears none', async () => {
    const early = await ask(
      `select 1 from entity_versions where kind = 'subscription' and data ? 'endedOn'
         and valid_from < (data ->> 'endedOn')::timestamp at time zone 'UTC'`,
    );
    expect(early).toEqual([]);
    const fields = await ask<{ field: string }>(
      `select distinct jsonb_object_keys(data) as field from entity_versions where kind in ('account', 'contact', 'contract')`,
    );
    expect(fields.map(({ field }) => field).sort()).toEqual([
      'accountId',
      'churnReason',
      'churnedOn',
      'country',
      'industry',
      'name',
      'signedUpOn',
    ]);
  });

  it('creates a tenant that offers no prices', () => {
    expect(tenant).toMatchObject({
      id: 'ravenstack',
      name: 'RavenStack',
      currency: 'USD',
      zone: 'UTC',
    });
    expect(tenant.config.plans.map(({ id, seatPrice, limits }) => [id, seatPrice, limits])).toEqual(
      [
        ['Basic', null, {}],
        ['Pro', null, {}],
        ['Enterprise', null, {}],
      ],
    );
  });
});
