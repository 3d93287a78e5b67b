import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { inputError } from '../../src/domain/errors.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import { log } from '../../src/platform/log.ts';
import { startQueue, type JobData, type Queue, type QueuedJob } from '../../src/platform/queue.ts';
import { createTenant, testDatabase } from '../support/database.ts';

interface Context {
  readonly seen: JobData[];
}

let database: OpenDatabase;
let seen: JobData[];
let running: Queue[];

beforeAll(async () => {
  database = await testDatabase();
  await createTenant(database, 'acme');
});

beforeEach(() => {
  seen = [];
  running = [];
});

afterEach(async () => {
  for (const queue of running) await queue.stop();
  await database.pool.query('delete from pgboss.job');
});

const job = (id: string, more: Partial<QueuedJob<Context>> = {}): QueuedJob<Context> => ({
  id,
  title: id,
  run: async ({ seen: list }, data) => {
    list.push(data);
  },
  ...more,
});

const start = async (...jobs: readonly QueuedJob<Context>[]): Promise<Queue> => {
  const queue = await startQueue<Context>(database, jobs, { seen });
  running.push(queue);
  return queue;
};

const until = async (condition: () => boolean | Promise<boolean>) => {
  while (!(await condition())) await pause(20);
};

const jobsOf = async (id: string) => {
  const { rows } = await database.pool.query<{
    state: string;
    output: object | null;
    retries: number;
  }>(
    'select state::text, output, retry_limit as retries from pgboss.job where name = $1 order by created_on',
    [id],
  );
  return rows;
};

describe('the queue', () => {
  test('runs a job with its data and notes that it is done', async () => {
    const queue = await start(job('greet'));
    await queue.send('greet', { caseId: 'case-1', round: 2 });
    await until(() => seen.length === 1);
    expect(seen).toEqual([{ caseId: 'case-1', round: 2 }]);
    await until(async () => (await jobsOf('greet'))[0]?.state === 'completed');
  });

  test('runs jobs of one kind one after another in a process', async () => {
    let inside = 0;
    let most = 0;
    const queue = await start(
      job('careful', {
        run: async (context, data) => {
          inside += 1;
          most = Math.max(most, inside);
          await pause(10);
          inside -= 1;
          context.seen.push(data);
        },
      }),
    );
    for (let number = 0; number < 5; number += 1) await queue.send('careful', { number });
    await until(() => seen.length === 5);
    expect(most).toBe(1);
  });

  test('lets the same job with the same data wait only once', async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const queue = await start(
      job('slow', {
        run: async (context, data) => {
          await gate;
          context.seen.push(data);
        },
      }),
    );
    await queue.send('slow', { n: 0 });
    await until(async () => (await jobsOf('slow'))[0]?.state === 'active');
    for (let time = 0; time < 3; time += 1) await queue.send('slow', { n: 1 });
    await queue.send('slow', { n: 2 });
    expect(await jobsOf('slow')).toHaveLength(3);
    open();
    await until(() => seen.length === 3);
    expect(seen.map(({ n }) => n)).toEqual([0, 1, 2]);
  });

  test('queues with a transaction only what commits', async () => {
    const queue = await start(job('commit'));
    const failing = database.withTenant('acme', async (tx) => {
      await queue.send('commit', { kept: false }, tx);
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    await database.withTenant('acme', (tx) => queue.send('commit', { kept: true }, tx));
    await until(() => seen.length > 0);
    expect(seen).toEqual([{ kept: true }]);
  });

  test('tries a failed job again, and keeps of the failure its code only', async () => {
    const queue = await start(
      job('fragile', {
        run: async () => {
          throw inputError('event.bad', 'the address `ada@b.example` is not one');
        },
      }),
    );
    await queue.send('fragile', {});
    await until(async () => (await jobsOf('fragile'))[0]?.state === 'retry');
    expect(await jobsOf('fragile')).toEqual([
      { state: 'retry', output: { code: 'event.bad' }, retries: 5 },
    ]);
  });

  test('wakes a scheduled job once for each slot, however many workers there are', async () => {
    const tick = job('tick', { schedule: { everySeconds: 3_600 } });
    await start(tick);
    await start(tick);
    await start(tick);
    await until(() => seen.length > 0);
    await until(async () => (await jobsOf('tick')).every(({ state }) => state === 'completed'));
    // Two, should the hour have turned in between.
    expect((await jobsOf('tick')).length).toBeLessThanOrEqual(2);
  });

  test('wakes a job again and again', async () => {
    await start(job('often', { schedule: { everySeconds: 1 } }));
    await until(() => seen.length >= 2);
  });

  test('keeps crontab schedules, and drops those of jobs that are gone', async () => {
    const schedules = async () =>
      (await database.pool.query<object>('select name, cron from pgboss.schedule order by 1')).rows;
    const queue = await start(job('nightly', { schedule: { cron: '17 3 * * *' } }));
    expect(await schedules()).toEqual([{ name: 'nightly', cron: '17 3 * * *' }]);
    await queue.stop();
    await start(job('other'));
    expect(await schedules()).toEqual([]);
  });

  test('refuses a job that nobody defined', async () => {
    const queue = await start(job('known'));
    await expect(queue.send('unknown')).rejects.toMatchObject({ code: 'queue.no_job' });
  });

  test('stopping waits for the job that runs, tells it, and takes no more', async () => {
    const events: string[] = [];
    const queue = await start(
      job('long', {
        run: async ({ signal }) => {
          events.push('began');
          await pause(60_000, undefined, { signal }).catch(() => events.push('told'));
          await pause(50);
          events.push('ended');
        },
      }),
    );
    await queue.send('long', { n: 1 });
    await queue.send('long', { n: 2 });
    await until(() => events.length > 0);
    await queue.stop();
    expect(events).toEqual(['began', 'told', 'ended']);
    expect((await jobsOf('long')).map(({ state }) => state)).toEqual(['completed', 'created']);
  });

  test.each([
    [
      'between two steps',
      async (signal: AbortSignal) => {
        signal.throwIfAborted();
        await pause(5);
      },
    ],
    ['while it sleeps', (signal: AbortSignal) => pause(60_000, undefined, { signal })],
  ])('a job that the stop breaks off %s goes on later, and is no failure', async (_, step) => {
    const told: string[] = [];
    const tell = (level: string) => (first: unknown) => told.push(`${level} ${String(first)}`);
    const line = { info: tell('info'), error: tell('error') };
    vi.spyOn(log, 'child').mockReturnValue(line as unknown as ReturnType<typeof log.child>);
    const queue = await start(
      job('broken-off', {
        run: async ({ signal }) => {
          for (;;) await step(signal);
        },
      }),
    );
    await queue.send('broken-off', {});
    await until(async () => (await jobsOf('broken-off'))[0]?.state === 'active');
    await queue.stop();
    vi.restoreAllMocks();
    expect((await jobsOf('broken-off'))[0]?.state).toBe('retry');
    expect(told).toEqual(['info job broken off by the stop; it goes on at the next start']);
  });

  test('stopping does not wait for ever', async () => {
    const queue = await start(job('stuck', { run: async () => pause(3_000) }));
    await queue.send('stuck', {});
    await until(async () => (await jobsOf('stuck'))[0]?.state === 'active');
    await queue.stop({ withinMilliseconds: 50 });
    expect((await jobsOf('stuck'))[0]?.state).toBe('active');
  });

  test('leaves nothing behind that needs the database', async () => {
    const own = await testDatabase();
    const queue = await startQueue<Context>(
      own,
      [job('brief', { schedule: { cron: '* * * * *' } })],
      { seen },
    );
    await queue.send('brief', {});
    await until(() => seen.length > 0);
    await queue.stop();
    await own.close();
    // A rejection that nobody handles would fail the run.
    await pause(100);
  });
});
