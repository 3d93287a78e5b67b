import { spawn, type ChildProcess } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { verify } from '../../src/act/ledger/verify.ts';
import { addMinutes } from '../../src/domain/time.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import { foundCrowd, NOW } from '../fixtures/crowd.ts';
import type { Company } from '../fixtures/company.ts';
import { onlyPostgres, testDatabase } from '../support/database.ts';
import type { WorkerOrders } from './worker.ts';

const CASES = 500;

onlyPostgres('workers that share 500 cases over one PostgreSQL', () => {
  let database: OpenDatabase & { readonly url: string };
  let company: Company;

  beforeAll(async () => {
    database = (await testDatabase()) as typeof database;
    company = await foundCrowd(database, { tenantId: 'shared', accounts: CASES, use: 'collapsed' });
    const stop = ({ label }: { readonly label: string }) => {
      if (label === 'rounds') throw new Error('the cases are open');
    };
    await expect(company.run(NOW, { onProgress: stop })).rejects.toThrow('the cases are open');
  }, 600_000);

  const start = (after: WorkerOrders['after']) => {
    const orders: WorkerOrders = {
      url: database.url,
      tenantId: company.tenantId,
      now: addMinutes(NOW, 1),
      dataDir: company.dataDir,
      after,
    };
    const script = new URL('./worker.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(orders)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, RETINUE_LOG_LEVEL: 'silent' },
    });
    return { child, stopped: said(child, 'SIGSTOP'), ended: ended(child) };
  };

  /** The lease of whoever fell silent runs out. */
  const leasesLapse = () =>
    company.here(async (tx) => {
      await tx.query(`update rounds set lease_until = 'epoch' where lease_until is not null`);
      await tx.query(`update outbox set lease_until = 'epoch' where lease_until is not null`);
    });

  /** Ticks until nothing more comes due: holds of seconds end, what was left is taken up. */
  const finish = async (): Promise<void> => {
    for (const minutes of [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) {
      const { performed, rounds } = await company.tick(addMinutes(NOW, minutes));
      if (performed.actions.length === 0 && rounds.done + rounds.waiting === 0) return;
    }
  };

  const ask = <Row extends object>(select: string) => company.here((tx) => tx.query<Row>(select));

  test('one killed, one paused beyond its lease: each case is worked once, each message sent once', async () => {
    const killed = start({ commit: CASES * 2, signal: 'SIGKILL' });
    const paused = start({ commit: CASES * 3, signal: 'SIGSTOP' });
    expect(await killed.ended).toBe('SIGKILL');
    await paused.stopped;
    await leasesLapse();
    const fresh = start(null);
    expect(await fresh.ended).toBe(0);
    paused.child.kill('SIGCONT');
    expect(await paused.ended).toBe(0);
    await leasesLapse();
    await finish();

    const cases = await ask<{ count: number }>(
      `select count(*) from cases where playbook = 'churn-save' and round = 1`,
    );
    expect(cases).toEqual([{ count: CASES }]);
    expect(await ask(`select status, count(*) from rounds group by 1 order by 1`)).toEqual([
      { status: 'done', count: CASES },
    ]);
    expect(
      await ask(
        `select step, count(*), count(distinct account_id) as accounts from proposals group by 1 order by 1`,
      ),
    ).toEqual(
      ['alert', 'check-in'].map((step) => ({
        step,
        count: CASES,
        accounts: CASES,
      })),
    );
    expect(
      await ask(
        `select port, status, count(*), count(distinct business_key) as keys from outbox group by 1, 2 order by 1`,
      ),
    ).toEqual([
      { port: 'email', status: 'done', count: CASES, keys: CASES },
      { port: 'tasks', status: 'done', count: CASES, keys: CASES },
    ]);
    expect(await ask(`select count(*), count(distinct account_id) as accounts from tasks`)).toEqual(
      [{ count: CASES, accounts: CASES }],
    );
    const files = await readdir(join(company.dataDir, 'outgoing', company.tenantId));
    expect(files.filter((file) => file.endsWith('.eml'))).toHaveLength(CASES);
    expect(await company.here((tx) => verify(tx))).toMatchObject({ ok: true, faults: [] });
  }, 900_000);
});

/** Settles when the process says the word. */
const said = (child: ChildProcess, word: string): Promise<void> =>
  new Promise((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes(word)) resolve();
    });
  });

const ended = (child: ChildProcess): Promise<number | NodeJS.Signals | null> =>
  new Promise((resolve) => child.on('exit', (code, signal) => resolve(signal ?? code)));
