import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import { openEmbedded } from '../../../src/platform/db/embedded.ts';
import { NestingGuard } from '../../../src/platform/db/guard.ts';
import { migrate, readMigrations, type Migration } from '../../../src/platform/db/migrate.ts';
import { openDatabase } from '../../../src/platform/db/open.ts';
import { checkServer } from '../../../src/platform/db/postgres.ts';
import { onlyEmbedded, onlyPostgres, onPostgres } from '../../support/database.ts';
import { freshName, onServer, urlOf } from '../../support/template.ts';

const serverUrl = process.env['RETINUE_TEST_DATABASE_URL'] ?? '';

const migration = (number: number, text: string): Migration => ({
  number,
  name: `test_${number}`,
  text,
  digest: createHash('sha256').update(text).digest('hex'),
});

/** An address or folder that outlives one opening, made from the migrated image or template. */
const scratch = async (): Promise<{
  readonly open: (migrations?: readonly Migration[]) => Promise<OpenDatabase>;
  readonly dispose: () => Promise<void>;
}> => {
  if (onPostgres) {
    const name = freshName();
    await onServer(
      serverUrl,
      `create database ${name} template ${inject('databaseTemplate') ?? ''}`,
    );
    return {
      open: async (migrations) => openDatabase({ url: urlOf(serverUrl, name), migrations }),
      dispose: async () => onServer(serverUrl, `drop database ${name} with (force)`),
    };
  }
  const parent = await mkdtemp(join(tmpdir(), 'retinue-migrate-'));
  const dataDir = join(parent, 'data');
  const image = await readFile(inject('databaseImage') ?? '');
  await (await openDatabase({ dataDir, image, migrations: inject('migrations') })).close();
  return {
    open: async (migrations) => openDatabase({ dataDir, migrations }),
    dispose: async () => rm(parent, { recursive: true, force: true }),
  };
};

describe('migration files', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'retinue-migrations-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
    folder = await mkdtemp(join(tmpdir(), 'retinue-migrations-'));
  });
  afterAll(async () => rm(folder, { recursive: true, force: true }));

  const read = async (...files: string[]) => {
    for (const file of files) await writeFile(join(folder, file), `select '${file}'`);
    return readMigrations(pathToFileURL(`${folder}/`));
  };

  test('are read in order of number, other files left alone', async () => {
    const found = await read('0010_b.sql', '0002_a.sql', 'notes.md');
    expect(found.map(({ number, name }) => [number, name])).toEqual([
      [2, 'a'],
      [10, 'b'],
    ]);
  });

  test.each([['1_a.sql'], ['0001-a.sql'], ['0001_A.sql']])(
    'are refused when named %s',
    async (file) => {
      await expect(read(file)).rejects.toMatchObject({ code: 'db.migration_name' });
    },
  );

  test('are refused when two carry one number', async () => {
    await expect(read('0001_a.sql', '0001_b.sql')).rejects.toMatchObject({
      code: 'db.migration_number',
    });
  });
});

describe('migrating', () => {
  let place: Awaited<ReturnType<typeof scratch>>;
  let ours: readonly Migration[];

  beforeEach(async () => {
    ours = inject('migrations');
    place = await scratch();
  });
  afterEach(async () => place.dispose());

  const openAndClose = async (...more: readonly Migration[]) =>
    (await place.open([...ours, ...more])).close();

  // Either fails when it is run a second time.
  const first = migration(9001, 'create table extra_first (tenant_id text primary key)');
  const second = migration(9002, 'create table extra_second (tenant_id text primary key)');

  test('runs each migration once', async () => {
    await openAndClose(first);
    await openAndClose(first);
    await openAndClose(first, second);
    await openAndClose(first, second);
  });

  test('runs a lower number that was missing', async () => {
    await openAndClose(second);
    await openAndClose(first, second);
  });

  test('refuses a database that a newer build migrated, naming the migration', async () => {
    await openAndClose(first);
    await expect(openAndClose()).rejects.toMatchObject({
      family: 'config',
      code: 'db.newer',
      message: expect.stringContaining('9001 (test_9001)') as string,
    });
  });

  test('refuses a migration that was edited after it was applied', async () => {
    await openAndClose(first);
    await expect(openAndClose(migration(9001, `${first.text};`))).rejects.toMatchObject({
      code: 'db.migration_edited',
    });
  });

  test('leaves nothing of one that fails, keeps those before it, and can go on when it is mended', async () => {
    const broken = migration(9002, `${second.text}; select 1/0`);
    await expect(openAndClose(first, broken)).rejects.toMatchObject({
      code: 'db.migration_failed',
      message: expect.stringContaining('9002 (test_9002) failed: division by zero') as string,
    });
    await openAndClose(first, second);
  });
});

test.each([
  [{ version: 140_012, name: '14.12', vector: 'installed' }, 'db.too_old'],
  [{ version: 150_000, name: '15.0', vector: 'missing' }, 'db.no_vector'],
])('a server that cannot carry us is refused: %j', async (server, code) => {
  const owner = { query: async () => ({ rows: [server] }) };
  await expect(checkServer(owner as never)).rejects.toMatchObject({ family: 'config', code });
});

test('a server that does not answer is told so, with what to do', async () => {
  await expect(openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none' })).rejects.toMatchObject({
    family: 'outside',
    code: 'db.unreachable',
    message: expect.stringContaining('check DATABASE_URL') as string,
  });
});

// The embedded one is a PostgreSQL 18, whose rules for roles are stricter than those of 15.
onlyEmbedded('on a newer server', () => {
  test('an owner who is no superuser can migrate, and is bound by the tenant too', async () => {
    const embedded = await openEmbedded({}, new NestingGuard());
    const { owner } = embedded;
    await owner.query(`create extension vector; create role landlord login createrole;
      alter database postgres owner to landlord; set session authorization landlord`);
    await migrate(owner, inject('migrations'));
    await owner.query(`begin; set local role retinue_app; select set_config('app.tenant', 'acme', true);
      insert into tenants (tenant_id, name, created_at, salt) values ('acme', 'a', now(), 's'); commit`);
    const { rows: own } = await owner.query('select tenant_id from tenants');
    await owner.query('set role retinue_app');
    const { rows: listed } = await owner.query('select tenant_id from list_tenants()');
    await embedded.close();
    expect(own).toEqual([]);
    expect(listed).toEqual([{ tenant_id: 'acme' }]);
  });
});

onlyPostgres('on a server', () => {
  const inFreshDatabase = async (work: (url: string) => Promise<void>, owner = 'postgres') => {
    const name = freshName();
    await onServer(serverUrl, `create database ${name} owner ${owner}`);
    try {
      await work(urlOf(serverUrl, name));
    } finally {
      await onServer(serverUrl, `drop database ${name} with (force)`);
    }
  };

  test('many that start at the same moment all come up, and migrate once', async () => {
    await inFreshDatabase(async (url) => {
      const opened = await Promise.all(
        Array.from({ length: 5 }, async () =>
          openDatabase({ url, migrations: inject('migrations') }),
        ),
      );
      await opened[0]?.withTenant('acme', (tx) =>
        tx.query(
          `insert into tenants (tenant_id, name, created_at, salt) values ('acme', 'a', now(), 's')`,
        ),
      );
      for (const database of opened) {
        expect(
          await database.withoutTenant((tx) => tx.query('select tenant_id from list_tenants()')),
        ).toEqual([{ tenant_id: 'acme' }]);
        await database.close();
      }
    });
  });

  test('an owner who is no superuser is enough, and is bound by the tenant too', async () => {
    const owner = freshName();
    await onServer(serverUrl, `create role ${owner} login createrole`);
    try {
      await inFreshDatabase(async (url) => {
        const ownUrl = new URL(url);
        ownUrl.username = owner;
        await expect(
          openDatabase({ url: ownUrl.href, migrations: inject('migrations') }),
        ).rejects.toMatchObject({
          code: 'db.no_vector',
          message: expect.stringContaining('as a superuser') as string,
        });
        await onServer(url, 'create extension vector');

        const database = await openDatabase({ url: ownUrl.href, migrations: inject('migrations') });
        await database.withTenant('acme', (tx) =>
          tx.query(
            `insert into tenants (tenant_id, name, created_at, salt) values ('acme', 'a', now(), 's')`,
          ),
        );
        const listed = await database.withoutTenant((tx) =>
          tx.query('select tenant_id from list_tenants()'),
        );
        await database.close();
        expect(listed).toEqual([{ tenant_id: 'acme' }]);

        const client = new pg.Client({ connectionString: ownUrl.href });
        await client.connect();
        const { rows } = await client.query('select tenant_id from tenants');
        await client.end();
        expect(rows).toEqual([]);
      }, owner);
    } finally {
      await onServer(serverUrl, `drop role ${owner}`);
    }
  });

  test('settings in the address are kept beside ours', async () => {
    await inFreshDatabase(async (url) => {
      const database = await openDatabase({
        url: `${url}?options=-c%20statement_timeout%3D12345`,
        migrations: inject('migrations'),
      });
      const [row] = await database.withoutTenant((tx) =>
        tx.query(`select current_user as role, current_setting('statement_timeout') as timeout`),
      );
      await database.close();
      expect(row).toEqual({ role: 'retinue_app', timeout: '12345ms' });
    });
  });
});
