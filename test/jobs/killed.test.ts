import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listApprovals } from '../../src/act/approvals/read.ts';
import { vote } from '../../src/act/approvals/vote.ts';
import { listCases } from '../../src/act/cases/case-store.ts';
import { LIVE } from '../../src/domain/case.ts';
import { addMinutes, type Instant } from '../../src/domain/time.ts';
import { driveRound } from '../../src/graph/drive.ts';
import { roundKit } from '../../src/graph/kit.ts';
import { driveDue } from '../../src/jobs/line/drive-due.ts';
import { runLine } from '../../src/jobs/run-line.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import { openDatabase } from '../../src/platform/db/open.ts';
import imminentChurn from '../../src/sample/stories/imminent-churn.ts';
import type { AccountBlueprint } from '../../src/sample/define.ts';
import { ANCHOR, foundCompany, type Company } from '../fixtures/company.ts';
import { mortal } from '../fixtures/mortal.ts';
import { onPostgres, testDatabase } from '../support/database.ts';

/** The same customer under another name. */
const twin = (id: string): AccountBlueprint => {
  const text = JSON.stringify(imminentChurn.account.contacts).replaceAll('granite-energy', id);
  return {
    ...imminentChurn.account,
    id,
    name: id,
    contacts: JSON.parse(text) as AccountBlueprint['contacts'],
  };
};

/** What became of one account, without the ids that differ between accounts. */
const standing = (company: Company, accountId: string) =>
  company.here(async (tx) => {
    const ask = (select: string) => tx.query(select, [accountId]);
    return {
      cases: await ask(
        'select playbook, status, round, arm from cases where account_id = $1 order by 1',
      ),
      rounds: await ask(
        `select r.round, r.status from rounds r join cases c using (tenant_id, case_id) where account_id = $1 order by 1`,
      ),
      proposals: await ask(
        'select step, status, round from proposals where account_id = $1 order by 1',
      ),
      decisions: await ask(
        `select d.verdict, d.phase, count(*) as count from decisions d join proposals p using (tenant_id, proposal_id)
          where p.account_id = $1 group by 1, 2 order by 1, 2`,
      ),
      approvals: await ask('select status from approvals where account_id = $1'),
      outbox: await ask(
        'select port, template_id, status from outbox where account_id = $1 order by 1, 2',
      ),
      tasks: await ask('select kind, status from tasks where account_id = $1 order by 1'),
    };
  });

const ANSWERED = addMinutes(ANCHOR, 10);

/** Time passes until the dead worker's leases lapse; then another takes up what it left, and holds come to their end. */
const takeOver = async (company: Company, since: Instant = ANCHOR): Promise<void> => {
  await company.here(async (tx) => {
    await tx.query(`update rounds set lease_until = 'epoch' where lease_until is not null`);
    await tx.query(`update leases set until = 'epoch' where until is not null`);
  });
  for (const minutes of [1, 2]) await company.tick(addMinutes(since, minutes));
};

describe('a worker that dies after a commit of a round', () => {
  const KILL_AT = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  let database: OpenDatabase;
  let company: Company;

  beforeAll(async () => {
    database = await testDatabase();
    const names = [
      'unharmed',
      ...KILL_AT.flatMap((commit) => [`killed-${commit}`, `cut-${commit}`]),
    ];
    company = await foundCompany(database, 'mortal', { accounts: names.map(twin) });
    // Cases are opened, and the worker dies before the first round.
    const dead = mortal(database, () => undefined);
    const run = runLine({
      models: null,
      db: dead,
      tenantId: 'mortal',
      world: LIVE,
      now: ANCHOR,
      reason: 'test',
      parts: company.parts,
      onProgress: ({ label }) => {
        if (label === 'rounds') throw new Error('killed');
      },
    });
    await expect(run).rejects.toThrow('killed');
  });

  /** Drives the one round of an account until the commit after which the worker dies. Returns the commits it made. */
  const driveUntil = async (name: string, killAt: number): Promise<number> => {
    let commits = 0;
    const db = mortal(database, () => {
      commits += 1;
      if (commits === killAt) throw new Error('killed');
    });
    const accountIds = [await company.accountId(name)];
    const driven = driveDue(roundKit({ db, parts: company.parts, models: null }), {
      tenantId: 'mortal',
      world: LIVE,
      now: ANCHOR,
      accountIds,
    });
    if (killAt === 0) await driven;
    else await expect(driven).rejects.toThrow('killed');
    return commits;
  };

  test('loses nothing and doubles nothing, whichever commit it was', async () => {
    expect(await company.here(async (tx) => (await listCases(tx, { world: 'live' })).length)).toBe(
      1 + 2 * KILL_AT.length,
    );
    const commits = await driveUntil('unharmed', 0);
    expect(KILL_AT.at(-1)).toBeLessThan(commits);
    for (const commit of KILL_AT) await driveUntil(`killed-${commit}`, commit);
    await takeOver(company);
    const expected = await standing(company, await company.accountId('unharmed'));
    expect(expected).toMatchObject({
      rounds: [{ round: 1, status: 'waiting' }],
      approvals: [{ status: 'pending' }],
      outbox: [
        { template_id: 'check-in', status: 'done' },
        { port: 'tasks', status: 'done' },
      ],
      tasks: [{ kind: 'alert_account_manager' }],
    });
    for (const commit of KILL_AT) {
      const found = await standing(company, await company.accountId(`killed-${commit}`));
      expect({ commit, ...found }).toEqual({ commit, ...expected });
    }
  });

  /** Takes up the answer to what the account's round waits for, until right before or after a commit. */
  const takeUpUntil = async (
    name: string,
    killAt: number,
    moment: 'before' | 'after' = 'after',
  ): Promise<number> => {
    let commits = 0;
    const pass = () => {
      commits += 1;
      if (commits === killAt) throw new Error('killed');
    };
    const db =
      moment === 'after' ? mortal(database, pass) : mortal(database, () => undefined, pass);
    const accountId = await company.accountId(name);
    const [entry] = await company.here((tx) => listCases(tx, { world: LIVE.id, accountId }));
    const driven = driveRound(roundKit({ db, parts: company.parts, models: null }), {
      ...{ tenantId: 'mortal', caseId: entry?.id ?? '', round: 1, now: ANSWERED },
    });
    if (killAt === 0) await driven;
    else await expect(driven).rejects.toThrow('killed');
    return commits;
  };

  test('nor does one that takes up the answer of people', async () => {
    const pending = await company.here((tx) => listApprovals(tx, { status: 'pending' }));
    for (const { id: approvalId, quorum } of pending)
      for (const person of company.approvers.slice(0, quorum))
        await company.here((tx) =>
          vote(tx, { approvalId, person, vote: 'approve', now: ANSWERED }),
        );
    const commits = await takeUpUntil('unharmed', 0);
    const deaths = KILL_AT.filter((commit) => commit <= commits);
    expect(deaths.length).toBeGreaterThan(3);
    for (const commit of deaths) {
      await takeUpUntil(`killed-${commit}`, commit);
      await takeUpUntil(`cut-${commit}`, commit, 'before');
    }
    await takeOver(company, ANSWERED);
    const expected = await standing(company, await company.accountId('unharmed'));
    expect(expected).toMatchObject({
      rounds: [{ round: 1, status: 'done' }],
      approvals: [{ status: 'consumed' }],
    });
    for (const name of deaths.flatMap((commit) => [`killed-${commit}`, `cut-${commit}`])) {
      const found = await standing(company, await company.accountId(name));
      expect({ name, ...found }).toEqual({ name, ...expected });
    }
  });
});

describe('a process ended by kill -9', () => {
  /** After the proposals were filed, and after the account was settled. */
  const KILL_AT = [5, 6];
  let place: string;
  let folder: string | null = null;
  let database: OpenDatabase;
  const companies = new Map<string, Company>();

  /** The embedded database has one process at a time: it is closed while the worker runs. */
  beforeAll(async () => {
    if (onPostgres) {
      database = await testDatabase();
      place = (database as OpenDatabase & { readonly url: string }).url;
    } else {
      folder = await mkdtemp(join(tmpdir(), 'retinue-killed-'));
      place = join(folder, 'database');
      database = await openDatabase({ dataDir: place });
    }
    for (const commit of KILL_AT) {
      const tenantId = `killed-${commit}`;
      companies.set(
        tenantId,
        await foundCompany(database, tenantId, { accounts: [twin('granite')] }),
      );
    }
  }, 120_000);

  afterAll(async () => {
    if (folder === null) return;
    await database.close();
    await rm(folder, { recursive: true, force: true });
  });

  const endOf = (tenantId: string, killAt: number): Promise<string> =>
    new Promise((resolve) => {
      const script = new URL('./killed-worker.ts', import.meta.url).pathname;
      const args = ['--import', 'tsx', script, place, tenantId, String(killAt)];
      execFile(process.execPath, args, (error, stdout, stderr) =>
        resolve(error === null ? stdout : (error.signal ?? stderr)),
      );
    });

  test.each(KILL_AT)(
    'after commit %i: the next process goes on',
    async (commit) => {
      const tenantId = `killed-${commit}`;
      if (!onPostgres) await database.close();
      expect(await endOf(tenantId, commit)).toBe('SIGKILL');
      if (!onPostgres) database = await openDatabase({ dataDir: place });
      const company = companies.get(tenantId)?.over(database);
      if (company === undefined) throw new Error('no such company');
      await takeOver(company);
      expect(await standing(company, await company.accountId('granite'))).toMatchObject({
        rounds: [{ round: 1, status: 'waiting' }],
        approvals: [{ status: 'pending' }],
        outbox: [
          { template_id: 'check-in', status: 'done' },
          { port: 'tasks', status: 'done' },
        ],
      });
    },
    120_000,
  );
});
