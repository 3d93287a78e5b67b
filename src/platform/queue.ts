import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import PgBoss from 'pg-boss';
import { canonicalJson, type JsonObject } from '../domain/json.ts';
import { bug } from '../domain/errors.ts';
import type { OpenDatabase, Tx } from './db/database.ts';
import { describeError, log, scoped } from './log.ts';

/** Ids and numbers only: the queue's tables carry no tenant and no personal data. */
export type JobData = JsonObject;

/**
 * When a job is woken by itself: by a crontab line (UTC) or each so many seconds (at most 3,600), once for all workers.
 * The queue reads the database's clock, so a schedule only wakes: what is due is decided by the job, by our clock.
 */
export type Schedule = { readonly cron: string } | { readonly everySeconds: number };

/** What the queue adds to the context for one run. */
export interface QueueRun {
  /** Aborted when the process is asked to stop: finish or leave off soon; what is left off comes again. */
  readonly signal: AbortSignal;
  readonly send: Send;
}

export interface QueuedJob<Context> {
  readonly id: string;
  readonly title: string;
  readonly schedule?: Schedule;
  /** Minutes after which a run counts as lost and the job comes again (60 unless told; less than a day). */
  readonly lostAfterMinutes?: number;
  readonly run: (context: Context & QueueRun, data: JobData) => Promise<void>;
}

/** Queues a job; with `tx` only if that transaction commits. The same job with the same data waits only once. */
export type Send = (jobId: string, data?: JobData, tx?: Tx) => Promise<void>;

export interface Queue {
  readonly send: Send;
  /** Takes no more jobs, aborts `signal`, and waits for those running (30 s at most, or as told). */
  stop(options?: { readonly withinMilliseconds?: number }): Promise<void>;
}

const POLL_MILLISECONDS = 2_000;
const RETRIES = { retryLimit: 5, retryDelay: 5, retryBackoff: true };

/** Counts what is under way, so that stopping can wait for it: pg-boss does not await its own last statements. */
class Traffic {
  #running = 0;

  async count<T>(work: () => Promise<T>): Promise<T> {
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#running -= 1;
    }
  }

  /** Until nothing runs; false when that takes longer. */
  async calm(withinMilliseconds: number): Promise<boolean> {
    const step = 20;
    for (let waited = 0; waited < withinMilliseconds; waited += step) {
      if (this.#running === 0) return true;
      await pause(step);
    }
    return this.#running === 0;
  }
}

const digestOf = (data: JobData): string =>
  createHash('sha256').update(canonicalJson(data)).digest('hex').slice(0, 32);

/** What the queue's tables may keep of a failure. */
const verdict = (error: unknown): { readonly code: string } => ({
  code: describeError(error).code,
});

/** A sleep that can be cut short. */
class Alarm {
  #wake: AbortController = new AbortController();

  ring(): void {
    this.#wake.abort();
  }

  async sleep(milliseconds: number): Promise<void> {
    await pause(milliseconds, undefined, { signal: this.#wake.signal }).catch(() => undefined);
    this.#wake = new AbortController();
  }
}

class RunningQueue<Context extends object> implements Queue {
  readonly #boss: PgBoss;
  readonly #jobs: ReadonlyMap<string, QueuedJob<Context>>;
  readonly #context: Context;
  readonly #traffic: Traffic;
  readonly #stopping = new AbortController();
  readonly #alarms = new Map<string, Alarm>();
  readonly #timers: NodeJS.Timeout[] = [];
  #loops: Promise<void>[] = [];

  constructor(
    boss: PgBoss,
    jobs: readonly QueuedJob<Context>[],
    context: Context,
    traffic: Traffic,
  ) {
    this.#boss = boss;
    this.#jobs = new Map(jobs.map((job) => [job.id, job]));
    this.#context = context;
    this.#traffic = traffic;
  }

  readonly send: Send = async (jobId, data = {}, tx) => {
    if (!this.#jobs.has(jobId)) throw bug('queue.no_job', `there is no job \`${jobId}\``);
    const within =
      tx === undefined
        ? {}
        : {
            db: {
              executeSql: async (text: string, values: unknown[]) => ({
                rows: await tx.query(text, values),
              }),
            },
          };
    await this.#boss.send(jobId, data, { singletonKey: digestOf(data), ...within });
    // Of no use before the transaction commits; polling finds it then.
    if (tx === undefined) this.#alarms.get(jobId)?.ring();
  };

  async start(): Promise<void> {
    const scheduled = await this.#boss.getSchedules();
    for (const { name } of scheduled) {
      if (!this.#jobs.has(name)) await this.#boss.unschedule(name);
    }
    for (const job of this.#jobs.values()) {
      await this.#boss.createQueue(job.id, {
        name: job.id,
        policy: 'short',
        expireInSeconds: (job.lostAfterMinutes ?? 60) * 60,
        ...RETRIES,
      });
      await this.#wakeBySchedule(job);
    }
    this.#loops = [...this.#jobs.values()].map((job) => this.#work(job));
  }

  async stop({ withinMilliseconds = 30_000 } = {}): Promise<void> {
    this.#stopping.abort();
    for (const timer of this.#timers) clearInterval(timer);
    for (const alarm of this.#alarms.values()) alarm.ring();
    await Promise.race([
      Promise.all(this.#loops),
      pause(withinMilliseconds, undefined, { ref: false }),
    ]);
    await this.#boss.stop({ graceful: false });
    await this.#traffic.calm(withinMilliseconds);
  }

  async #wakeBySchedule({ id, schedule }: { readonly id: string; readonly schedule?: Schedule }) {
    if (schedule === undefined) return;
    if ('cron' in schedule) {
      await this.#boss.schedule(id, schedule.cron, {});
      return;
    }
    const { everySeconds } = schedule;
    // Every worker asks; the queue takes one for each slot of that many seconds.
    const wake = () =>
      this.#boss.send(id, {}, { singletonSeconds: everySeconds }).then(
        (sent) => {
          if (sent !== null) this.#alarms.get(id)?.ring();
        },
        (error: unknown) =>
          scoped({ job: id }).warn(describeError(error), 'could not wake the job'),
      );
    await wake();
    this.#timers.push(setInterval(() => void wake(), everySeconds * 1_000));
  }

  async #work(job: QueuedJob<Context>): Promise<void> {
    const alarm = new Alarm();
    this.#alarms.set(job.id, alarm);
    while (!this.#stopping.signal.aborted) {
      const found = await this.#next(job).catch((error: unknown) => {
        scoped({ job: job.id }).warn(describeError(error), 'could not look for work');
        return false;
      });
      if (!found) await alarm.sleep(POLL_MILLISECONDS);
    }
  }

  /** Fetches and runs one; false when none waits. */
  async #next(job: QueuedJob<Context>): Promise<boolean> {
    const [fetched] = await this.#boss.fetch<JobData>(job.id);
    if (fetched === undefined) return false;
    try {
      this.#stopping.signal.throwIfAborted();
      await job.run(
        { ...this.#context, signal: this.#stopping.signal, send: this.send },
        fetched.data,
      );
    } catch (error) {
      if (isFrom(this.#stopping.signal, error))
        scoped({ job: job.id }).info('job broken off by the stop; it goes on at the next start');
      else scoped({ job: job.id }).error(describeError(error), 'job failed; it is tried again');
      await this.#boss.fail(job.id, fetched.id, verdict(error));
      return true;
    }
    await this.#boss.complete(job.id, fetched.id);
    return true;
  }
}

/** Whether an error says that the signal was given; timers of Node name it as the cause. */
const isFrom = ({ aborted, reason }: AbortSignal, error: unknown): boolean =>
  aborted && (error === reason || (error instanceof Error && error.cause === reason));

/** Statements that record how a job ended; pg-boss sends some without waiting, and their failure ends the process. */
const VERDICT = /^\s*with (results|deleted_jobs) as/i;

const connect = (db: OpenDatabase, traffic: Traffic): PgBoss.Db => ({
  executeSql: async (text, values) => {
    try {
      const { rows } = await traffic.count(() => db.bossDb.executeSql(text, values));
      return { rows };
    } catch (error) {
      if (!VERDICT.test(text)) throw error;
      log.warn(describeError(error), 'could not record how a job ended; it comes again');
      return { rows: [{ count: 0 }] };
    }
  },
});

const HOUR = 3_600;

/**
 * Starts working on the jobs: makes their queues, sets their schedules, runs each job one at a time in this process.
 * A job runs at least once; a failed one is tried again five times, later and later. `context` is handed to each run.
 */
export const startQueue = async <Context extends object>(
  db: OpenDatabase,
  jobs: readonly QueuedJob<Context>[],
  context: Context,
): Promise<Queue> => {
  const traffic = new Traffic();
  const boss = new PgBoss({
    db: connect(db, traffic),
    schema: 'pgboss',
    migrate: false,
    schedule: jobs.some(({ schedule }) => schedule !== undefined && 'cron' in schedule),
    archiveCompletedAfterSeconds: HOUR,
    deleteAfterHours: 24,
  });
  boss.on('error', (error) => log.warn(describeError(error), 'the queue had a failure'));
  await boss.start();
  const queue = new RunningQueue(boss, jobs, context, traffic);
  await queue.start();
  return queue;
};
