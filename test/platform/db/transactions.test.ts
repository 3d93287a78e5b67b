import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { OpenDatabase, TenantTx } from '../../../src/platform/db/database.ts';
import { openDatabase } from '../../../src/platform/db/open.ts';
import { createTenant, onlyPostgres, testDatabase } from '../../support/database.ts';
import { onServer } from '../../support/template.ts';

let database: OpenDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await createTenant(database, 'acme');
});

const addWorld = async (tx: TenantTx, world: string) =>
  tx.query(
    `insert into worlds (tenant_id, world, kind, created_at) values ($1, $2, 'shadow', '2026-01-01T00:00:00Z')`,
    [tx.tenantId, world],
  );

const worldsLike = async (pattern: string) =>
  database.withTenant('acme', (tx) =>
    tx.query<{ world: string }>('select world from worlds where world like $1 order by 1', [
      pattern,
    ]),
  );

describe('a transaction', () => {
  test('commits what it wrote and returns the result', async () => {
    const result = await database.withTenant('acme', async (tx) => {
      await addWorld(tx, 'shadow-commit');
      return 42;
    });
    expect(result).toBe(42);
    expect(await worldsLike('shadow-commit')).toHaveLength(1);
  });

  test('rolls back all of it when the work throws, and the error comes through', async () => {
    const failing = database.withTenant('acme', async (tx) => {
      await addWorld(tx, 'shadow-rollback');
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await worldsLike('shadow-rollback')).toEqual([]);
  });

  test('does not pretend to commit after a swallowed error', async () => {
    const swallowing = database.withTenant('acme', async (tx) => {
      await addWorld(tx, 'shadow-swallowed');
      await tx.query('select 1/0').catch(() => undefined);
    });
    await expect(swallowing).rejects.toMatchObject({ code: 'db.rolled_back' });
    expect(await worldsLike('shadow-swallowed')).toEqual([]);
  });

  test('goes on after an error behind a savepoint', async () => {
    await database.withTenant('acme', async (tx) => {
      await addWorld(tx, 'shadow-savepoint');
      await tx.query('savepoint before');
      await expect(addWorld(tx, 'shadow-savepoint')).rejects.toMatchObject({ code: '23505' });
      await tx.query('rollback to before');
    });
    expect(await worldsLike('shadow-savepoint')).toHaveLength(1);
  });

  test('waits for statements that the work did not wait for', async () => {
    await database.withTenant('acme', async (tx) => {
      void addWorld(tx, 'shadow-unawaited');
    });
    expect(await worldsLike('shadow-unawaited')).toHaveLength(1);
  });

  test('runs statements in the order asked for, also without waiting between them', async () => {
    const results = await database.withoutTenant(async (tx) =>
      Promise.all(
        Array.from({ length: 20 }, (_, index) => tx.query('select $1::int as n', [index])),
      ),
    );
    expect(results.map(([row]) => row?.['n'])).toEqual(
      Array.from({ length: 20 }, (_, index) => index),
    );
  });

  test('cannot be used once it is over', async () => {
    const kept = await database.withTenant('acme', async (tx) => tx);
    await expect(kept.query('select 1')).rejects.toMatchObject({ code: 'db.transaction_over' });
  });

  test('leaves no trace on the connection for the next one', async () => {
    await expect(
      database.withTenant('acme', (tx) => tx.query('select nonsense')),
    ).rejects.toMatchObject({
      code: '42703',
    });
    expect(
      await database.withoutTenant((tx) =>
        tx.query(`select current_setting('app.tenant', true) as t`),
      ),
    ).toEqual([{ t: '' }]);
  });

  test('many at once all finish, each whole', async () => {
    const runs = Array.from({ length: 30 }, (_, index) =>
      database.withTenant('acme', async (tx) => {
        await addWorld(tx, `shadow-many-${index}`);
        await pause(1);
        await addWorld(tx, `shadow-many-${index}-b`);
      }),
    );
    await Promise.all(runs);
    expect(await worldsLike('shadow-many-%')).toHaveLength(60);
  });
});

onlyPostgres('a connection that the server drops', () => {
  test('ends its transaction with an error, and neither the pool nor the process', async () => {
    const name = (
      await database.withoutTenant((tx) => tx.query('select current_database() as name'))
    )[0]?.['name'];
    const dropAll = async () =>
      onServer(
        process.env['RETINUE_TEST_DATABASE_URL'] ?? '',
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${String(name)}'`,
      );
    const cut = database.withTenant('acme', async (tx) => {
      await addWorld(tx, 'shadow-cut');
      await dropAll();
      await tx.query('select 1');
    });
    await expect(cut).rejects.toThrow();
    // Idle ones too, whether the pool has noticed or not.
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(Array.from({ length: 3 }, () => worldsLike('shadow-cut')));
      await dropAll();
      expect(await worldsLike('shadow-cut')).toEqual([]);
    }
  });
});

onlyPostgres('a session of ours', () => {
  const settingOf = async (db: OpenDatabase, name: string): Promise<unknown> =>
    (await db.withoutTenant((tx) => tx.query(`select current_setting('${name}') as value`)))[0]?.[
      'value'
    ];

  test('waits no longer than it should, for a statement or within a transaction', async () => {
    expect(await settingOf(database, 'statement_timeout')).toBe('10min');
    expect(await settingOf(database, 'idle_in_transaction_session_timeout')).toBe('5min');
  });

  test('is ended by limits that the address sets, and gives back what it had locked', async () => {
    const url = new URL((database as OpenDatabase & { readonly url: string }).url);
    url.searchParams.set(
      'options',
      '-c statement_timeout=300 -c idle_in_transaction_session_timeout=300',
    );
    const short = await openDatabase({ url: url.href });
    try {
      const lock = 'select world from worlds for update';
      const asleep = short.withTenant('acme', async (tx) => {
        await tx.query(lock);
        await pause(1_500);
        await tx.query('select 1');
      });
      await expect(asleep).rejects.toThrow();
      expect(await database.withTenant('acme', (tx) => tx.query(lock))).not.toEqual([]);
      const slow = short.withTenant('acme', (tx) => tx.query('select pg_sleep(5)'));
      await expect(slow).rejects.toMatchObject({ code: 'db.too_slow' });
      expect(await settingOf(short, 'timezone')).toBe('UTC');
    } finally {
      await short.close();
    }
  });
});

describe('a nested transaction', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['withTenant', () => database.withTenant('acme', async () => undefined)],
    ['withoutTenant', () => database.withoutTenant(async () => undefined)],
    ['pool.query', () => database.pool.query('select 1')],
    ['pool.connect', () => database.pool.connect()],
  ])('by %s is refused instead of waiting for itself', async (_verb, inner) => {
    await expect(database.withTenant('acme', inner)).rejects.toMatchObject({ code: 'db.nested' });
    expect(await worldsLike('live')).toHaveLength(1);
  });

  test('is found behind several awaits', async () => {
    const deep = async () => {
      await pause(1);
      return database.withoutTenant(async () => undefined);
    };
    await expect(database.withTenant('acme', async () => deep())).rejects.toMatchObject({
      code: 'db.nested',
    });
  });

  test('is not seen in what goes on after the outer one is over', async () => {
    const later: Promise<unknown>[] = [];
    await database.withTenant('acme', async () => {
      later.push(pause(30).then(() => worldsLike('live')));
    });
    expect(await Promise.all(later)).toEqual([[{ world: 'live' }]]);
  });

  test('of another database is none', async () => {
    const other = await testDatabase();
    expect(
      await database.withTenant('acme', async () =>
        other.withoutTenant((tx) => tx.query('select 1 as one')),
      ),
    ).toEqual([{ one: 1 }]);
    await other.close();
  });
});

describe('bulkInsert', () => {
  const COLUMNS = {
    id: 'int4',
    label: 'text',
    amount: 'int8',
    day: 'date',
    at: 'timestamptz',
    document: 'jsonb',
    series: 'int[]',
    tags: 'text[]',
    flag: 'bool',
    bytes: 'bytea',
  };
  const TABLE = `create temporary table bulk (id int4 primary key, label text, amount int8, day date, at timestamptz,
    document jsonb, series int[], tags text[], flag bool, bytes bytea) on commit drop`;
  const columnsOf = (row: Readonly<Record<string, unknown>>) =>
    Object.keys(COLUMNS).map((name) => row[name]);

  test('writes every type, and reads back what went in', async () => {
    const rows = fc
      .sample(
        fc.record({
          label: fc.option(
            fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', '')),
          ),
          amount: fc.option(fc.maxSafeInteger()),
          day: fc.constantFrom('2024-02-29', null),
          at: fc.constantFrom('2026-11-21T22:45:48.123Z', null),
          document: fc.option(
            fc.oneof(
              fc.dictionary(
                fc.stringMatching(/^[a-z"\\{},]{1,5}$/),
                fc.oneof(fc.integer(), fc.constant('x "y" \\')),
              ),
              fc.array(fc.integer()),
              fc.stringMatching(/^[ -~]{0,8}$/),
            ),
          ),
          series: fc.option(fc.array(fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })))),
          tags: fc.option(fc.array(fc.option(fc.stringMatching(/^[ -~]{0,8}$/)))),
          flag: fc.option(fc.boolean()),
          bytes: fc.option(fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes))),
        }),
        { numRuns: 300, seed: 7 },
      )
      .map((row, id) => ({ id, ...row }));
    await database.withoutTenant(async (tx) => {
      await tx.query(TABLE);
      expect(await tx.bulkInsert('bulk', COLUMNS, rows.map(columnsOf))).toBe(rows.length);
      expect(await tx.query('select * from bulk order by id')).toEqual(rows);
    });
  });

  test('counts what was inserted, conflicts left out', async () => {
    await database.withoutTenant(async (tx) => {
      await tx.query('create temporary table counted (id int4 primary key) on commit drop');
      const rows = Array.from({ length: 12_000 }, (_, id) => [id]);
      expect(await tx.bulkInsert('counted', { id: 'int4' }, rows)).toBe(12_000);
      const more = [...rows.slice(0, 10), [12_000]];
      expect(await tx.bulkInsert('counted', { id: 'int4' }, more, 'on conflict do nothing')).toBe(
        1,
      );
      expect(await tx.bulkInsert('counted', { id: 'int4' }, [])).toBe(0);
    });
  });

  test('obeys the tenant', async () => {
    const foreign = database.withTenant('acme', (tx) =>
      tx.bulkInsert(
        'worlds',
        { tenant_id: 'text', world: 'text', kind: 'text', created_at: 'timestamptz' },
        [['globex', 'shadow-x', 'shadow', '2026-01-01T00:00:00Z']],
      ),
    );
    await expect(foreign).rejects.toMatchObject({ code: '42501' });
  });

  test.each([
    ['worlds; drop table worlds', { world: 'text' }],
    ['worlds', { 'world) select 1; --': 'text' }],
    ['worlds', { world: 'text) --' }],
  ])('takes plain names only: %s %j', async (table, columns) => {
    await expect(
      database.withTenant('acme', (tx) => tx.bulkInsert(table, columns, [['x']])),
    ).rejects.toMatchObject({ code: 'db.bad_name' });
  });
});

describe('stream', () => {
  const SERIES = `select g as n, $1::text as label from generate_series(1, 2500) g order by g`;

  test('gives every row once, in order, in batches of the size asked for', async () => {
    const batches = await database.withoutTenant(async (tx) => {
      const seen: number[][] = [];
      for await (const batch of tx.stream<{ n: number; label: string }>(SERIES, ['x'], 1_000)) {
        seen.push(batch.map(({ n }) => n));
      }
      return seen;
    });
    expect(batches.map((batch) => batch.length)).toEqual([1_000, 1_000, 500]);
    expect(batches.flat()).toEqual(Array.from({ length: 2_500 }, (_, index) => index + 1));
  });

  test('gives no batch for no rows', async () => {
    await database.withoutTenant(async (tx) => {
      for await (const batch of tx.stream('select 1 where false')) expect(batch).toBe('never');
    });
  });

  test('lets other statements in between, and may be left early', async () => {
    await database.withTenant('acme', async (tx) => {
      let seen = 0;
      for await (const batch of tx.stream<{ n: number }>(SERIES, ['x'], 10)) {
        seen += batch.length;
        await addWorld(tx, `shadow-stream-${seen}`);
        if (seen === 30) break;
      }
      const open = await tx.query('select name from pg_cursors');
      expect(open).toEqual([]);
    });
    expect(await worldsLike('shadow-stream-%')).toHaveLength(3);
  });

  test('two at once do not mix', async () => {
    await database.withoutTenant(async (tx) => {
      const first = tx.stream<{ n: number }>('select g as n from generate_series(1, 4) g', [], 2);
      const second = tx.stream<{ n: number }>('select -g as n from generate_series(1, 4) g', [], 2);
      const pairs: number[] = [];
      const others = second[Symbol.asyncIterator]();
      for await (const batch of first) {
        const other = (await others.next()).value as { n: number }[];
        pairs.push(...batch.map(({ n }) => n), ...other.map(({ n }) => n));
      }
      expect(pairs).toEqual([1, 2, -1, -2, 3, 4, -3, -4]);
    });
  });

  test('passes on the error of its reader, not one of its own', async () => {
    const failing = database.withoutTenant(async (tx) => {
      for await (const batch of tx.stream(SERIES, ['x'], 10)) {
        await tx.query('select 1/($1::int - 10)', [batch.length]);
      }
    });
    await expect(failing).rejects.toMatchObject({ code: '22012' });
  });

  test('plans for the whole result', async () => {
    const [setting] = await database.withoutTenant((tx) => tx.query('show cursor_tuple_fraction'));
    expect(setting).toEqual({ cursor_tuple_fraction: '1' });
  });
});
