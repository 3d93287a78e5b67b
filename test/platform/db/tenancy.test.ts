import { beforeAll, describe, expect, test } from 'vitest';
import type { OpenDatabase, Tx } from '../../../src/platform/db/database.ts';
import { createTenant, testDatabase } from '../../support/database.ts';

/** Tables of ours that belong to no tenant. Adding one here is a decision: it can leak to nobody or to everybody. */
const WITHOUT_TENANT = ['schema_migrations', 'schema_packages'];

/** Functions that see across tenants, because the tenant is not known yet when they are called. */
const LOOKUPS = ['find_api_key(text)', 'find_source(text)', 'list_tenants()'];

/** Functions that make tables, which the application role may not. */
const MAKERS = ['ensure_event_partitions(date)'];

let database: OpenDatabase;

const names = (rows: readonly { readonly name: string }[]) => rows.map(({ name }) => name);

beforeAll(async () => {
  database = await testDatabase();
  await createTenant(database, 'acme');
  await createTenant(database, 'globex');
});

describe('a tenant', () => {
  const countTenants = async (tx: Tx) =>
    tx.query<{ name: string }>('select tenant_id as name from tenants');

  test('that is not set yields no rows', async () => {
    expect(await database.withoutTenant(countTenants)).toEqual([]);
  });

  test('sees its own rows only', async () => {
    expect(names(await database.withTenant('globex', countTenants))).toEqual(['globex']);
  });

  test('that nobody made sees nothing', async () => {
    expect(await database.withTenant('initech', countTenants)).toEqual([]);
  });

  test.each([
    ['update', `update tenants set name = 'stolen' where tenant_id = 'acme' returning tenant_id`],
    ['delete', `delete from tenants where tenant_id = 'acme' returning tenant_id`],
  ])('cannot %s rows of another', async (_verb, statement) => {
    expect(await database.withTenant('globex', (tx) => tx.query(statement))).toEqual([]);
    expect(await database.withTenant('acme', (tx) => tx.query('select name from tenants'))).toEqual(
      [{ name: 'acme' }],
    );
  });

  test('cannot insert rows of another', async () => {
    const insert = database.withTenant('globex', (tx) =>
      tx.query(
        `insert into worlds (tenant_id, world, kind, created_at) values ('acme', 'shadow-1', 'shadow', now())`,
      ),
    );
    await expect(insert).rejects.toMatchObject({ code: '42501' });
  });

  test('cannot hand its rows to another', async () => {
    const move = database.withTenant('globex', (tx) =>
      tx.query(`update worlds set tenant_id = 'acme'`),
    );
    await expect(move).rejects.toMatchObject({ code: '42501' });
  });

  test('does not outlast its transaction', async () => {
    await database.withTenant('acme', countTenants);
    expect(await database.withoutTenant(countTenants)).toEqual([]);
    const { rows } = await database.pool.query('select tenant_id from tenants');
    expect(rows).toEqual([]);
  });

  test.each(['', 'Acme', 'a b', `x'; drop table tenants; --`, '-acme', 'a'.repeat(64)])(
    'cannot be called `%s`',
    async (tenantId) => {
      await expect(database.withTenant(tenantId, countTenants)).rejects.toMatchObject({
        family: 'input',
        code: 'tenant.bad_id',
      });
    },
  );

  test('is listed by the look-up although none is set', async () => {
    const listed = await database.withoutTenant((tx) =>
      tx.query('select tenant_id from list_tenants()'),
    );
    expect(listed).toEqual([{ tenant_id: 'acme' }, { tenant_id: 'globex' }]);
  });
});

describe('the application role', () => {
  test('is the one that works, owns nothing and bypasses nothing', async () => {
    const [role] = await database.withoutTenant((tx) =>
      tx.query(`select current_user as name, rolsuper, rolbypassrls, rolcreaterole,
        (select count(*) from pg_class where relowner = r.oid) as owned
        from pg_roles r where rolname = current_user`),
    );
    expect(role).toEqual({
      name: 'retinue_app',
      rolsuper: false,
      rolbypassrls: false,
      rolcreaterole: false,
      owned: 0,
    });
  });

  test.each([
    'create table mine (a int)',
    'drop table tenants',
    'alter table tenants disable row level security',
  ])('may not `%s`', async (statement) => {
    await expect(database.withoutTenant((tx) => tx.query(statement))).rejects.toMatchObject({
      code: '42501',
    });
  });
});

describe('every table in schema public', () => {
  const tables = async () =>
    database.withoutTenant((tx) =>
      tx.query<{
        name: string;
        partition: boolean;
        tenant: boolean;
        protected: boolean;
        policies: string[];
        granted: boolean;
        first: string | null;
      }>(`
        select c.relname as name, c.relispartition as partition,
          exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id') as tenant,
          c.relrowsecurity and c.relforcerowsecurity as protected,
          array(select p.polname::text from pg_policy p where p.polrelid = c.oid order by 1) as policies,
          has_table_privilege('retinue_app', c.oid, 'select, insert, update, delete') as granted,
          (select a.attname::text from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
            where i.indrelid = c.oid and i.indisprimary) as first
        from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 1`),
    );

  test('has a tenant, or is on the short list', async () => {
    const without = (await tables()).filter(({ tenant }) => !tenant);
    expect(names(without)).toEqual(WITHOUT_TENANT);
  });

  test('that has a tenant is under forced row-level security, by the one policy', async () => {
    const whole = (await tables()).filter(({ tenant, partition }) => tenant && !partition);
    expect(whole.length).toBeGreaterThan(1);
    expect(names(whole.filter((table) => !table.protected))).toEqual([]);
    const strangers = whole.filter(
      ({ policies }) => !['tenant', 'lookup,tenant'].includes(policies.join(',')),
    );
    expect(strangers).toEqual([]);
  });

  test('has the tenant first in its primary key', async () => {
    const others = (await tables()).filter(
      ({ tenant, partition, first }) => tenant && !partition && first !== 'tenant_id',
    );
    expect(names(others)).toEqual([]);
  });

  test('is not reached unguarded through a partition', async () => {
    const open = (await tables()).filter(
      (table) => table.partition && table.granted && !table.protected,
    );
    expect(names(open)).toEqual([]);
  });

  test('has policies that compare the tenant and nothing else', async () => {
    const policies = await database.withoutTenant((tx) =>
      tx.query(`select distinct polname::text as name, pg_get_expr(polqual, polrelid) as using,
        pg_get_expr(polwithcheck, polrelid) as check from pg_policy order by 1`),
    );
    const comparison = `(tenant_id = current_setting('app.tenant'::text, true))`;
    expect(policies).toEqual([
      { name: 'lookup', using: 'true', check: null },
      { name: 'tenant', using: comparison, check: comparison },
    ]);
  });
});

describe('functions that run with rights of their owner', () => {
  const definers = async () =>
    database.withoutTenant((tx) =>
      tx.query<{ name: string; lookup: boolean; settings: string[]; open: boolean }>(
        `select p.oid::regprocedure::text as name, p.proowner = 'retinue_lookup'::regrole as lookup,
          p.proconfig as settings, has_function_privilege('public', p.oid, 'execute') as open
        from pg_proc p where p.prosecdef and p.pronamespace = 'public'::regnamespace order by 1`,
      ),
    );

  test('are the listed ones', async () => {
    const found = await definers();
    expect(names(found.filter(({ lookup }) => lookup))).toEqual(LOOKUPS);
    expect(names(found.filter(({ lookup }) => !lookup))).toEqual(MAKERS);
  });

  test('are closed to the public and have a fixed search path', async () => {
    const careless = (await definers()).filter(
      ({ open, settings }) => open || settings.join() !== 'search_path=public, pg_temp',
    );
    expect(names(careless)).toEqual([]);
  });

  test('may read for look-ups and write nothing', async () => {
    const rights = await database.withoutTenant((tx) =>
      tx.query(`select distinct privilege_type as name from information_schema.role_table_grants
        where grantee = 'retinue_lookup'`),
    );
    // The view shows a role only what it may see; ask for each table as well.
    const writable = await database.withoutTenant((tx) =>
      tx.query(`select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
        and has_table_privilege('retinue_lookup', oid, 'insert, update, delete')`),
    );
    expect(rights).toEqual([]);
    expect(writable).toEqual([]);
  });
});
