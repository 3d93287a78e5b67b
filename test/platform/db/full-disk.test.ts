import { chmod, chown, mkdtemp, readFile, rm } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import { openDatabase } from '../../../src/platform/db/open.ts';
import { createTenant, onlyEmbedded, onPostgres } from '../../support/database.ts';
import { mayMount, mountSmallDisk, type SmallDisk } from '../../support/small-disk.ts';
import { freshName, onServer, urlOf } from '../../support/template.ts';

const MEGABYTE = 1_048_576;
const mountable = mayMount();

let disk: SmallDisk;
let database: OpenDatabase;
let written: number;

beforeEach(() => {
  written = 0;
});

/** Rows that take room of their own, in one transaction. */
const write = async (): Promise<void> => {
  await database.withTenant('acme', (tx) =>
    tx.query(
      `insert into worlds (tenant_id, world, kind, created_at)
       select 'acme', 'shadow-' || $1::int || '-' || row || repeat('x', 300), 'shadow', now() from generate_series(1, 500) row`,
      [written],
    ),
  );
  written += 1;
};

const writeUntilFull = async (): Promise<unknown> => {
  for (;;) {
    try {
      await write();
    } catch (error) {
      return error;
    }
  }
};

/** What is there, counted by reading the table and by its key. */
const found = async () => {
  const [row] = await database.withTenant('acme', (tx) =>
    tx.query<{ rows: number; keys: number }>(
      `select (select count(*) from worlds where kind = 'shadow') as rows,
         (select count(distinct world) from worlds where world like 'shadow-%') as keys`,
    ),
  );
  return row;
};

const whole = () => ({ rows: written * 500, keys: written * 500 });

describe.skipIf(!mountable)(
  // The first reason in a name is the one that is counted.
  `a full disk${mountable ? '' : ' [skipped without: the right to mount a small file system]'}`,
  () => {
    afterEach(async () => {
      await database.close();
      disk.remove();
    });

    onlyEmbedded('under the embedded database', () => {
      beforeEach(async () => {
        disk = mountSmallDisk(200)!;
        database = await openDatabase({
          dataDir: join(disk.folder, 'database'),
          image: await readFile(inject('databaseImage') ?? ''),
          migrations: inject('migrations'),
        });
        await createTenant(database, 'acme');
      });

      const reopen = async () => {
        await database.close();
        database = await openDatabase({
          dataDir: join(disk.folder, 'database'),
          migrations: inject('migrations'),
        });
      };

      test('is said in clear words, loses nothing, and is over when space is freed', async () => {
        disk.fill(3 * MEGABYTE);
        expect(await writeUntilFull()).toMatchObject({
          family: 'outside',
          code: 'db.disk_full',
          message: expect.stringContaining('free some space and try again') as string,
        });
        expect(await found()).toEqual(whole());
        await expect(write()).rejects.toMatchObject({ code: 'db.disk_full' });
        disk.free();
        await write();
        expect(await found()).toEqual(whole());
        await reopen();
        expect(await found()).toEqual(whole());
      });

      test('where the log of the database does not fit stops it, and it starts again whole', async () => {
        // Less than the next file of the log takes, and more than the rows do.
        disk.fill(9 * MEGABYTE);
        let name = 0;
        // One row, and a lot to say about it in the log.
        const churn = () =>
          database.withTenant('acme', async (tx) => {
            await tx.query('update tenants set name = $1', [String(name + 1)]);
            await tx.query(`select pg_logical_emit_message(true, 'test', repeat('x', 1000000))`);
          });
        const failure = await (async () => {
          for (; name < 200; name += 1) {
            try {
              await churn();
            } catch (error) {
              return error;
            }
          }
          return null;
        })();
        expect(failure).toMatchObject({ family: 'outside', code: 'db.disk_full' });
        await expect(churn()).rejects.toMatchObject({
          code: 'db.embedded_stopped',
          message: expect.stringContaining('start again') as string,
        });
        disk.free();
        await reopen();
        const names = await database.withTenant('acme', (tx) =>
          tx.query('select name from tenants'),
        );
        expect(names).toEqual([{ name: String(name) }]);
        await churn();
      });
    });

    describe.skipIf(!onPostgres)(
      'under a table space of PostgreSQL [skipped without: RETINUE_TEST_DATABASE_URL]',
      () => {
        const server = process.env['RETINUE_TEST_DATABASE_URL'] ?? '';
        const [name, space] = [freshName(), freshName()];

        beforeEach(async () => {
          disk = mountSmallDisk(200)!;
          const { uid, gid } = userOf('postgres');
          await chown(disk.folder, uid, gid);
          await chmod(disk.folder, 0o700);
          await onServer(server, `create tablespace ${space} location '${disk.folder}'`);
          await onServer(
            server,
            `create database ${name} template ${inject('databaseTemplate') ?? ''} tablespace ${space}`,
          );
          database = await openDatabase({
            url: urlOf(server, name),
            migrations: inject('migrations'),
          });
          await createTenant(database, 'acme');
        });

        afterEach(async () => {
          await onServer(server, `drop database ${name} with (force)`);
          await onServer(server, `drop tablespace ${space}`);
        });

        test('is said in clear words, loses nothing, and is over when space is freed', async () => {
          disk.fill(3 * MEGABYTE);
          expect(await writeUntilFull()).toMatchObject({ family: 'outside', code: 'db.disk_full' });
          expect(await found()).toEqual(whole());
          disk.free();
          await write();
          expect(await found()).toEqual(whole());
        });
      },
    );
  },
);

const userOf = (name: string): { readonly uid: number; readonly gid: number } => {
  const id = (flag: string) => Number(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
};

onlyEmbedded('a folder that may not be written to', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'retinue-unwritable-'));
    // Also for a process of another user, who may look and not write.
    await chmod(folder, 0o555);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** As an ordinary user: permissions bind nobody else. */
  const run = (dataDir: string) => {
    const program = new URL('../../../bin/retinue.js', import.meta.url).pathname;
    return spawnSync(process.execPath, [program, 'accounts'], {
      encoding: 'utf8',
      env: { ...process.env, RETINUE_DATA_DIR: dataDir, DATABASE_URL: '', HOME: tmpdir() },
      ...(process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}),
    });
  };

  test('is named, with what to do', () => {
    const { status, stderr } = run(join(folder, 'data'));
    expect(stderr).toContain(
      `the data folder ${join(folder, 'data', 'database')} cannot be written`,
    );
    expect(stderr).toContain('RETINUE_DATA_DIR');
    expect(status).toBe(2);
  });
});
