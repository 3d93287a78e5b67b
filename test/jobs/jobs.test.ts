import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { listCases } from '../../src/act/cases/case-store.ts';
import { listRuns } from '../../src/act/cases/run-store.ts';
import { listTasks } from '../../src/act/tasks/store.ts';
import { addHours, addMinutes } from '../../src/domain/time.ts';
import daily from '../../src/jobs/daily.ts';
import pruneRounds from '../../src/jobs/prune-rounds.ts';
import runLineJob from '../../src/jobs/run-line.ts';
import tick from '../../src/jobs/tick.ts';
import type { Job, JobContext } from '../../src/jobs/define.ts';
import type { JobData } from '../../src/platform/queue.ts';
import { fixedClock, type FixedClock } from '../../src/platform/clock.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import { createTenant } from '../support/database.ts';
import imminentChurn from '../../src/sample/stories/imminent-churn.ts';
import rejectedInvites from '../../src/sample/stories/rejected-invites.ts';
import { ANCHOR, foundCompany, type Company } from '../fixtures/company.ts';
import { testDatabase } from '../support/database.ts';

let database: OpenDatabase;
let company: Company;
let clock: FixedClock;
let work: (job: Job, data?: JobData) => Promise<void>;

beforeAll(async () => {
  database = await testDatabase();
  await createTenant(database, 'a-broken-one');
  company = await foundCompany(database, 'worked', {
    accounts: [rejectedInvites.account, imminentChurn.account],
  });
  clock = fixedClock(ANCHOR);
  const context: JobContext = {
    db: database,
    clock,
    parts: company.parts,
    outside: { dataDir: await mkdtemp(join(tmpdir(), 'retinue-jobs-')) },
  };
  const { signal } = new AbortController();
  work = (job, data = {}) => job.run({ ...context, signal, send: async () => undefined }, data);
});

const runs = () => company.here((tx) => listRuns(tx, { world: 'live' }));
const open = () => company.here((tx) => listCases(tx, { world: 'live', status: 'open' }));

/** In order: each job finds what the ones before it left. */
describe('the worker', () => {
  test('runs the line over the accounts that a batch touched', async () => {
    const accountIds = [await company.accountId('harbor-pine')];
    await work(runLineJob, { tenantId: 'worked', accountIds, reason: 'ingest' });
    expect(await runs()).toMatchObject([{ reason: 'ingest', complete: false, status: 'done' }]);
    expect((await open()).map(({ playbook }) => playbook)).toEqual(['seat-expansion']);
  });

  test('runs the whole line once a day, whatever is wrong with another tenant', async () => {
    await work(daily);
    expect((await runs())[0]).toMatchObject({ reason: 'daily', complete: true });
    expect(await open()).toHaveLength(2);
    clock.set(addMinutes(ANCHOR, 1));
    await work(daily);
    expect(await runs()).toHaveLength(2);
  });

  test('takes up what has come due, of every tenant or of the one that is named', async () => {
    await work(tick, { tenantId: 'a-broken-one' });
    expect(await company.here((tx) => listTasks(tx, { world: 'live' }))).toEqual([]);
    await work(tick);
    const tasks = await company.here((tx) => listTasks(tx, { world: 'live' }));
    expect(tasks.map(({ kind }) => kind).sort()).toEqual(['alert_account_manager', 'tell_sales']);
  });

  test('forgets the threads of rounds that ended a week ago, and of no others', async () => {
    const threads = async () => {
      const { rows } = await database.pool.query<{ thread_id: string }>(
        'select distinct thread_id from langgraph.checkpoints order by 1',
      );
      return rows.length;
    };
    expect(await threads()).toBe(2);
    clock.set(addHours(ANCHOR, 6 * 24));
    await work(pruneRounds);
    expect(await threads()).toBe(2);
    clock.set(addHours(ANCHOR, 8 * 24));
    await work(pruneRounds);
    expect(await threads()).toBe(1);
    await work(pruneRounds);
    expect(await threads()).toBe(1);
  });
});
