import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { lockFolder } from '../../../src/platform/db/folder-lock.ts';
import { openDatabase, type DatabaseOptions } from '../../../src/platform/db/open.ts';
import { onlyEmbedded } from '../../support/database.ts';

let parent: string;
let dataDir: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'retinue-folder-'));
  dataDir = join(parent, 'data');
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(parent, { recursive: true, force: true });
});

const open = async (options: DatabaseOptions = {}) =>
  openDatabase({ dataDir, migrations: inject('migrations'), ...options });

/** A real second process that holds the folder; its numbers of committed rows as they come. */
const startWriter = async () => {
  const migrations = join(parent, 'migrations.json');
  await writeFile(migrations, JSON.stringify(inject('migrations')));
  const script = fileURLToPath(new URL('../../support/processes/writer.ts', import.meta.url));
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', script, dataDir, inject('databaseImage') ?? '', migrations],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  children.push(child);
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
};

const untilLine = async (lines: AsyncIterator<string>, wanted: (line: string) => boolean) => {
  for (;;) {
    const line = await lines.next();
    if (line.done === true) throw new Error('the other process ended early');
    if (wanted(line.value)) return;
  }
};

onlyEmbedded('a data folder', () => {
  test('of a running process is refused, and after kill -9 taken over with all that was committed', async () => {
    const { child, lines } = await startWriter();
    await untilLine(lines, (line) => line === 'open');
    await expect(open()).rejects.toMatchObject({
      family: 'config',
      code: 'db.folder_in_use',
      message: expect.stringMatching(
        new RegExp(`process ${child.pid}\\b.*RETINUE_DATA_DIR`),
      ) as string,
    });

    const acknowledged: number[] = [];
    await untilLine(lines, (line) => acknowledged.push(Number(line)) >= 40);
    child.kill('SIGKILL');
    await once(child, 'exit');
    for (;;) {
      const line = await lines.next();
      if (line.done === true) break;
      acknowledged.push(Number(line.value));
    }

    const database = await open();
    const kept = await database.withTenant('acme', (tx) =>
      tx.query<{ n: number }>(
        `select substring(world from 8)::int as n from worlds where kind = 'shadow' order by 1`,
      ),
    );
    await database.close();
    const numbers = kept.map(({ n }) => n);
    expect(acknowledged.filter((number) => !numbers.includes(number))).toEqual([]);
    // At most the one that was not told of any more.
    expect(numbers.length - acknowledged.length).toBeLessThanOrEqual(1);
  });

  test('keeps its rows, is unlocked when closed, and can be maintained', async () => {
    const image = await readFile(inject('databaseImage') ?? '');
    const first = await open({ image });
    await first.withTenant('acme', (tx) =>
      tx.query(
        `insert into tenants (tenant_id, name, created_at, salt) values ('acme', 'acme', now(), 's')`,
      ),
    );
    await first.maintain();
    expect(existsSync(`${dataDir}.lock`)).toBe(true);
    await first.close();
    expect(existsSync(`${dataDir}.lock`)).toBe(false);

    const second = await open();
    expect(
      await second.withoutTenant((tx) => tx.query('select tenant_id from list_tenants()')),
    ).toEqual([{ tenant_id: 'acme' }]);
    await second.close();
  });

  test('does not grow by being updated, as long as it is maintained', async () => {
    const database = await open({ image: await readFile(inject('databaseImage') ?? '') });
    const sizeAfterUpdates = async () => {
      for (let round = 0; round < 5; round += 1) {
        await database.withTenant('acme', (tx) => tx.query(`update tenants set name = name || ''`));
        await database.maintain();
      }
      const [row] = await database.withoutTenant((tx) =>
        tx.query<{ size: number; estimate: number }>(
          `select pg_relation_size(oid) as size, reltuples as estimate from pg_class where relname = 'tenants'`,
        ),
      );
      return row;
    };
    await database.withTenant('acme', (tx) =>
      tx.query(
        `insert into tenants (tenant_id, name, created_at, salt) values ('acme', repeat('x', 4000), now(), 's')`,
      ),
    );
    const first = await sizeAfterUpdates();
    const later = await sizeAfterUpdates();
    await database.close();
    expect(first?.estimate).toBe(1);
    expect(later).toEqual(first);
  });

  test('is unlocked again when it cannot be opened', async () => {
    const image = await readFile(inject('databaseImage') ?? '');
    const first = await open({ image });
    await first.close();
    await expect(open({ migrations: [] })).rejects.toMatchObject({
      code: 'db.newer',
    });
    expect(existsSync(`${dataDir}.lock`)).toBe(false);
  });
});

describe('the lock of a folder', () => {
  const lockFile = () => `${dataDir}.lock`;
  const leave = async (holder: object) => writeFile(lockFile(), JSON.stringify(holder));

  const deadPid = async () => {
    const child = spawn(process.execPath, ['-e', '0']);
    await once(child, 'exit');
    return child.pid ?? 0;
  };

  test('of a dead process is taken over', async () => {
    await leave({ pid: await deadPid(), host: hostname(), started: null });
    const lock = await lockFolder(dataDir);
    expect(JSON.parse(await readFile(lockFile(), 'utf8'))).toMatchObject({ pid: process.pid });
    await lock.release();
    expect(existsSync(lockFile())).toBe(false);
  });

  test('of a process whose number another one carries now is taken over', async () => {
    await leave({ pid: process.pid, host: hostname(), started: 'another boot:1' });
    await (await lockFolder(dataDir)).release();
  });

  test('of this very process is refused too', async () => {
    const lock = await lockFolder(dataDir);
    await expect(lockFolder(dataDir)).rejects.toMatchObject({ code: 'db.folder_in_use' });
    await lock.release();
  });

  test('of another machine is refused, and the message says so', async () => {
    await leave({ pid: 1, host: 'elsewhere', started: null });
    await expect(lockFolder(dataDir)).rejects.toMatchObject({
      message: expect.stringContaining('process 1 on elsewhere') as string,
    });
  });

  test('that cannot be read is refused, not deleted', async () => {
    await writeFile(lockFile(), 'half a l');
    await expect(lockFolder(dataDir)).rejects.toMatchObject({ code: 'db.folder_in_use' });
    expect(await readFile(lockFile(), 'utf8')).toBe('half a l');
  });

  test('left over is taken by one of many that want it at once', async () => {
    await leave({ pid: await deadPid(), host: hostname(), started: null });
    const attempts = await Promise.allSettled(
      Array.from({ length: 20 }, () => lockFolder(dataDir)),
    );
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('that somebody died in taking over is taken over all the same, and nothing is left of it', async () => {
    const dead = { pid: await deadPid(), host: hostname(), started: null };
    await leave({ ...dead, key: 'first' });
    const first = await readFile(lockFile());
    const mark = createHash('sha256').update(first).digest('hex').slice(0, 16);
    await writeFile(`${lockFile()}.${mark}`, JSON.stringify({ ...dead, key: 'second' }));
    const attempts = await Promise.allSettled(
      Array.from({ length: 20 }, () => lockFolder(dataDir)),
    );
    const [lock, ...others] = attempts.flatMap((attempt) =>
      attempt.status === 'fulfilled' ? [attempt.value] : [],
    );
    expect(others).toEqual([]);
    await lock?.release();
    const left = (await readdir(dirname(dataDir))).filter((name) =>
      name.startsWith(`${basename(dataDir)}.lock`),
    );
    expect(left).toEqual([]);
  });
});
