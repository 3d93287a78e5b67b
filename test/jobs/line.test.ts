import { beforeAll, describe, expect, test } from 'vitest';
import { editProposal } from '../../src/act/approvals/edit.ts';
import { listApprovals } from '../../src/act/approvals/read.ts';
import { vote } from '../../src/act/approvals/vote.ts';
import { listCases } from '../../src/act/cases/case-store.ts';
import { listRounds } from '../../src/act/cases/round-store.ts';
import { latestRun, listRuns } from '../../src/act/cases/run-store.ts';
import { portsFor } from '../../src/act/outbox/ports.ts';
import { listOutbox } from '../../src/act/outbox/store.ts';
import { listProposals } from '../../src/act/settle/read.ts';
import { previewInputOf } from '../../src/act/settle/standing.ts';
import { listTasks } from '../../src/act/tasks/store.ts';
import { LIVE, type World } from '../../src/domain/case.ts';
import { addHours, addMinutes, type Instant } from '../../src/domain/time.ts';
import { standingNow } from '../../src/graph/standing-now.ts';
import { performWorld } from '../../src/jobs/line/perform-world.ts';
import { settleAccount } from '../../src/jobs/line/settle-account.ts';
import { shadowOf } from '../../src/jobs/run-line.ts';
import { dayIsDue } from '../../src/jobs/daily.ts';
import { currentConfig } from '../../src/platform/config/store.ts';
import type { OpenDatabase, TenantTx } from '../../src/platform/db/database.ts';
import type { AccountBlueprint } from '../../src/sample/define.ts';
import contentRenewal from '../../src/sample/stories/content-renewal.ts';
import imminentChurn from '../../src/sample/stories/imminent-churn.ts';
import rejectedInvites from '../../src/sample/stories/rejected-invites.ts';
import { ANCHOR, foundCompany, type Company } from '../fixtures/company.ts';
import { mortal } from '../fixtures/mortal.ts';
import { testDatabase } from '../support/database.ts';

let database: OpenDatabase;
beforeAll(async () => {
  database = await testDatabase();
});

const STORIES = [rejectedInvites.account, imminentChurn.account, contentRenewal.account];

const found = (tenantId: string, accounts: readonly AccountBlueprint[] = STORIES, options = {}) =>
  foundCompany(database, tenantId, { accounts, ...options });

const casesOf = (company: Company) => company.here((tx) => listCases(tx, { world: 'live' }));
const saveOf = async (company: Company, tx?: TenantTx) => {
  const cases = await (tx === undefined ? casesOf(company) : listCases(tx, { world: 'live' }));
  const entry = cases.find(({ playbook }) => playbook === 'churn-save');
  if (entry === undefined) throw new Error('there is no save');
  return entry;
};
const roundsOf = async (company: Company) => {
  const { id } = await saveOf(company);
  return company.here((tx) => listRounds(tx, id));
};
const pendingOf = (company: Company) =>
  company.here((tx) => listApprovals(tx, { world: 'live', status: 'pending' }));
const discountOf = async (company: Company) => {
  const rows = await company.here((tx) => listOutbox(tx, { world: 'live' }));
  return rows.filter(({ templateId }) => templateId === 'save-discount');
};
const lineOf = (company: Company, world: World, now: Instant) => ({
  db: database,
  tenantId: company.tenantId,
  world,
  now,
  parts: company.parts,
});
/** What a person who edits has before them. */
const atHand = async (company: Company, tx: TenantTx, now: Instant) => {
  const { accountId } = await saveOf(company, tx);
  const config = await currentConfig(tx);
  const standing = await standingNow(tx, {
    accountId,
    world: LIVE,
    now,
    config,
    parts: company.parts,
  });
  if (standing === null) throw new Error('the account is gone');
  return { accountId, tools: company.parts.actTools, input: previewInputOf(standing, config, now) };
};
const approve = async (company: Company, now: Instant) => {
  const [approval] = await pendingOf(company);
  if (approval === undefined) throw new Error('nothing waits for approval');
  for (const person of company.approvers.slice(0, approval.quorum)) {
    await company.here((tx) => vote(tx, { approvalId: approval.id, person, vote: 'approve', now }));
  }
  return approval.id;
};

describe('a run of the line', () => {
  test('opens cases, acts inside its limits, and asks about the rest', async () => {
    const company = await found('acts');
    const report = await company.run(ANCHOR);
    expect(report).toMatchObject({
      accounts: 4,
      assessed: 4,
      casesOpened: 2,
      casesHeldOut: 0,
      openedByPlaybook: { 'churn-save': 1, 'seat-expansion': 1 },
      rounds: { done: 1, waiting: 1, busy: 0, void: 0, failed: 0 },
      approvalsPending: 1,
    });
    expect(report.tiers).toMatchObject({ critical: 1 });
    expect(report.renewals).toHaveLength(1);
    await company.tick(addMinutes(ANCHOR, 1));
    const rows = await company.here((tx) => listOutbox(tx, { world: 'live' }));
    const done = rows
      .filter(({ status }) => status === 'done')
      .map(({ port, templateId }) => templateId ?? port);
    expect(done.sort()).toEqual([
      'check-in',
      'deals',
      'seat-offer',
      'seats-full',
      'tasks',
      'tasks',
    ]);
    expect(await company.here((tx) => listTasks(tx, { world: 'live' }))).toHaveLength(2);
  });

  test('again changes nothing: open cases are updated and not opened twice', async () => {
    const company = await found('again');
    await company.run(ANCHOR);
    const before = await company.here((tx) => listProposals(tx, { world: 'live' }));
    const report = await company.run(addMinutes(ANCHOR, 5));
    expect(report).toMatchObject({ casesOpened: 0, casesUpdated: 2, rounds: { done: 0 } });
    expect(await casesOf(company)).toHaveLength(2);
    expect(await company.here((tx) => listProposals(tx, { world: 'live' }))).toHaveLength(
      before.length,
    );
  });

  test('over some accounts leaves the others alone', async () => {
    const company = await found('some');
    const accountIds = [await company.accountId('harbor-pine')];
    expect(await company.run(ANCHOR, { accountIds })).toMatchObject({
      assessed: 1,
      casesOpened: 1,
    });
  });

  test('is refused while another is under way in the same world', async () => {
    const company = await found('twice');
    const runs = await Promise.allSettled([company.run(ANCHOR), company.run(ANCHOR)]);
    expect(runs.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const refused = runs.find((run) => run.status === 'rejected');
    expect(refused?.reason).toMatchObject({ code: 'already_running' });
    expect(await casesOf(company)).toHaveLength(2);
    await expect(company.run(addMinutes(ANCHOR, 5))).resolves.toMatchObject({ casesOpened: 0 });
  });

  test('whose worker died is said to have failed, and the next one runs', async () => {
    const company = await found('died', [rejectedInvites.account]);
    let dying = false;
    const db = mortal(database, () => {
      if (dying) throw new Error('killed');
    });
    const onProgress = ({ label }: { readonly label: string }) => {
      dying ||= label === 'rounds';
    };
    await expect(company.run(ANCHOR, { db, onProgress })).rejects.toThrow('killed');
    await expect(company.run(ANCHOR)).rejects.toMatchObject({ code: 'already_running' });
    await company.here((tx) => tx.query(`update leases set until = 'epoch'`));
    await company.run(addMinutes(ANCHOR, 5));
    const runs = await company.here((tx) => listRuns(tx, {}));
    expect(runs.map(({ status }) => status)).toEqual(['done', 'failed']);
  });

  test('is kept, with what it found', async () => {
    const company = await found('kept');
    const report = await company.run(ANCHOR);
    expect(await company.here((tx) => latestRun(tx))).toMatchObject({
      id: report.runId,
      status: 'done',
      complete: true,
      report: { casesOpened: 2 },
    });
  });

  test('reports how far it is', async () => {
    const company = await found('progress');
    const labels = new Set<string>();
    await company.run(ANCHOR, { onProgress: ({ label }) => labels.add(label) });
    expect(labels.size).toBeGreaterThan(1);
  });
});

describe('held out', () => {
  test('cases open as shadows: rounds run, and nothing is filed', async () => {
    const company = await found('held-out', STORIES, {
      edits: { 'playbooks.yaml': [['holdout: 0%', 'holdout: 100%']] },
    });
    expect(await company.run(ANCHOR)).toMatchObject({
      casesOpened: 0,
      casesHeldOut: 2,
      approvalsPending: 0,
    });
    await company.tick(addMinutes(ANCHOR, 1));
    const rounds = await roundsOf(company);
    expect(rounds[0]).toMatchObject({ status: 'done', note: 'held out: nothing was filed' });
    expect(rounds[0]?.steps.map(({ step, proposalId }) => [step, proposalId])).toEqual([
      ['alert', null],
      ['check-in', null],
      ['save-discount', null],
    ]);
    expect(await company.here((tx) => listProposals(tx, { world: 'live' }))).toEqual([]);
    expect(await company.here((tx) => listTasks(tx, { world: 'live' }))).toEqual([]);
  });
});

describe('a back-dated run', () => {
  test('has a world of its own and leaves the live one untouched', async () => {
    const company = await found('shadow');
    await company.run(ANCHOR);
    const before = await liveRows(company);
    const config = await company.here((tx) => currentConfig(tx));
    const report = await company.run(ANCHOR, shadowOf('2026-10-06', config));
    expect(report).toMatchObject({ asOf: '2026-10-06', now: '2026-10-07T03:59:59.999Z' });
    expect(report.world).toMatch(/^shadow-/);
    expect(report.casesOpened).toBeGreaterThan(0);
    const after = await liveRows(company);
    for (const [table, rows] of Object.entries(before)) {
      const added = (after[table] ?? []).filter((row) => !rows.includes(row));
      const lost = rows.filter((row) => after[table]?.includes(row) !== true);
      expect({ table, lost, added: GROUNDS.has(table) ? [] : added }).toEqual({
        table,
        lost: [],
        added: [],
      });
    }
  });

  test('reaches nobody: its messages are recorded, its tasks stay in its world', async () => {
    const company = await found('shadow-ports');
    const config = await company.here((tx) => currentConfig(tx));
    const shadow = shadowOf('2026-10-12', config);
    await company.run(ANCHOR, shadow);
    const { world } = shadow;
    await performWorld(lineOf(company, world, addMinutes(shadow.now, 1)), config, null);
    const rows = await company.here((tx) => listOutbox(tx, { world: world.id }));
    const sent = rows.filter(({ port, status }) => port === 'email' && status === 'done');
    expect(sent.length).toBeGreaterThan(0);
    for (const { receipt } of sent) expect(receipt).toEqual({ note: 'not sent: shadow world' });
    expect(await company.here((tx) => listTasks(tx, { world: world.id }))).not.toEqual([]);
    expect(await company.here((tx) => listTasks(tx, { world: 'live' }))).toEqual([]);
  });

  test('cannot be mistaken for the live world, nor the live world for one of these', async () => {
    const company = await found('shadow-live', [rejectedInvites.account]);
    const config = await company.here((tx) => currentConfig(tx));
    await company.run(ANCHOR);
    await expect(
      performWorld(lineOf(company, LIVE, addMinutes(ANCHOR, 1)), config, null),
    ).rejects.toMatchObject({ code: 'outbox.no_way_out' });
    const forged = { id: 'shadow-forged', kind: 'live' } as const;
    const opened = portsFor(forged, {
      connectors: company.parts.connectors,
      settings: { tenantId: company.tenantId, isSample: true, dataDir: company.dataDir },
    });
    expect([...opened.byId.values()].map(({ describe: words }) => words)).toContain(
      'recording only (live world)',
    );
  });

  test('twice gives two worlds', async () => {
    const company = await found('shadow-twice');
    const config = await company.here((tx) => currentConfig(tx));
    const worlds = [
      (await company.run(ANCHOR, shadowOf('2026-10-12', config))).world,
      (await company.run(ANCHOR, shadowOf('2026-10-12', config))).world,
    ];
    expect(new Set(worlds).size).toBe(2);
    expect(await company.here((tx) => listRuns(tx, {}))).toHaveLength(2);
  });
});

/** What decisions of any world rest on, kept under the hash of its content: a shadow adds its own and changes nobody's. */
const GROUNDS = new Set(['fact_sets', 'arbitrations', 'policy_texts']);

/** Every row of the tenant that belongs to the live world, or to no world, but for the record of runs and worlds. */
const liveRows = (company: Company): Promise<Record<string, readonly string[]>> =>
  company.here(async (tx) => {
    const tables = await tx.query<{ name: string; worldly: boolean }>(
      `select c.relname as name, exists (select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'world'
         and not a.attisdropped) as worldly
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition and c.relrowsecurity
         and c.relname not in ('worlds', 'runs', 'leases') order by 1`,
    );
    const rows: Record<string, readonly string[]> = {};
    for (const { name, worldly } of tables) {
      const where = worldly ? `where world = 'live'` : '';
      const found = await tx.query<{ row: string }>(
        `select to_jsonb(t)::text as row from ${name} t ${where} order by 1`,
      );
      rows[name] = found.map(({ row }) => row);
    }
    return rows;
  });

describe('an approval', () => {
  test('resumes the round exactly once, and its effect happens once', async () => {
    const company = await found('approve', [imminentChurn.account]);
    await company.run(ANCHOR);
    expect((await roundsOf(company)).map(({ status }) => status)).toEqual(['waiting']);
    await approve(company, addMinutes(ANCHOR, 1));
    await Promise.all(Array.from({ length: 5 }, () => company.tick(addMinutes(ANCHOR, 2))));
    await company.tick(addMinutes(ANCHOR, 3));
    expect((await roundsOf(company)).map(({ status }) => status)).toEqual(['done']);
    expect((await discountOf(company)).map(({ status }) => status)).toEqual(['done']);
    const again = await company.tick(addMinutes(ANCHOR, 4));
    expect(again).toMatchObject({ rounds: { done: 0, waiting: 0 }, performed: { actions: [] } });
  });

  test('that is refused ends the round, and the step is not proposed again', async () => {
    const company = await found('reject', [imminentChurn.account]);
    await company.run(ANCHOR);
    const [approval] = await pendingOf(company);
    const person = company.approvers[0];
    await company.here((tx) =>
      vote(tx, {
        approvalId: approval?.id ?? '',
        person,
        vote: 'reject',
        note: 'we talk to them first',
        now: addMinutes(ANCHOR, 1),
      }),
    );
    await company.tick(addMinutes(ANCHOR, 2));
    expect((await roundsOf(company)).map(({ status }) => status)).toEqual(['done']);
    await company.run(addHours(ANCHOR, 8 * 24));
    const rounds = await roundsOf(company);
    expect(rounds.at(-1)?.steps.map(({ step }) => step)).not.toContain('save-discount');
    expect(await discountOf(company)).toEqual([]);
  });

  test('of what was edited is asked of somebody else, and what they saw is what is sent', async () => {
    const company = await found('edit', [imminentChurn.account]);
    await company.run(ANCHOR);
    const [approval] = await pendingOf(company);
    const now = addMinutes(ANCHOR, 1);
    const [editor, colleague] = company.approvers;
    await company.here(async (tx) => {
      const { accountId, tools, input } = await atHand(company, tx, now);
      await editProposal(tx, {
        approvalId: approval?.id ?? '',
        person: editor,
        args: { contactId: input.contacts[0]?.id ?? null, basisPoints: 1000, months: 2 },
        note: 'less is enough',
        tools,
        previewInput: input,
        now,
      });
      await settleAccount(tx, {
        accountId,
        world: LIVE,
        now,
        parts: company.parts,
        reason: 'edited',
      });
    });
    await company.tick(addMinutes(ANCHOR, 2));
    const [anew] = await pendingOf(company);
    expect(anew?.id).not.toBe(approval?.id);
    expect((await roundsOf(company))[0]).toMatchObject({
      status: 'waiting',
      waitingOn: [anew?.id],
    });
    const ballot = {
      approvalId: anew?.id ?? '',
      vote: 'approve' as const,
      now: addMinutes(ANCHOR, 3),
    };
    await expect(
      company.here((tx) => vote(tx, { ...ballot, person: editor })),
    ).rejects.toMatchObject({ code: 'approval_forbidden' });
    await company.here((tx) => vote(tx, { ...ballot, person: colleague }));
    for (const minutes of [4, 5]) await company.tick(addMinutes(ANCHOR, minutes));
    const [row] = await discountOf(company);
    expect(row).toMatchObject({ status: 'done' });
    expect(row?.effect.message?.text).toContain('10% off your plan for the next 2 months');
  });

  test('that nobody gives expires, and the round ends', async () => {
    const company = await found('expire', [imminentChurn.account]);
    await company.run(ANCHOR);
    const [approval] = await pendingOf(company);
    const report = await company.tick(addMinutes(approval?.expiresAt ?? ANCHOR, 1));
    expect(report.expired).toBe(1);
    expect((await roundsOf(company))[0]).toMatchObject({ status: 'done' });
    expect(await discountOf(company)).toEqual([]);
  });
});

describe('what waits is void', () => {
  test('when the case comes to rest on other inputs: the next round opens', async () => {
    const company = await found('updated', [imminentChurn.account]);
    await company.run(ANCHOR);
    const entry = await saveOf(company);
    await company.here((tx) =>
      tx.query(
        `update cases set reasons = '[{"input": "login_trend", "text": "x"}]' where case_id = $1`,
        [entry.id],
      ),
    );
    const report = await company.run(addMinutes(ANCHOR, 5));
    expect(report.rounds).toMatchObject({ waiting: 1 });
    const rounds = await roundsOf(company);
    expect(rounds.map(({ status, cause }) => [status, cause])).toEqual([
      ['void', 'opened'],
      ['waiting', 'its reasons changed'],
    ]);
    const approvals = await company.here((tx) => listApprovals(tx, { caseId: entry.id }));
    expect(approvals.map(({ status }) => status).sort()).toEqual(['pending', 'void']);
  });

  test('when another configuration comes into force', async () => {
    const company = await found('reconfigured', [imminentChurn.account]);
    await company.run(ANCHOR);
    const config = await company.reconfigure(
      { 'playbooks.yaml': [['discountMonths: 3', 'discountMonths: 2']] },
      addMinutes(ANCHOR, 1),
    );
    expect(await company.tick(addMinutes(ANCHOR, 2))).toMatchObject({
      voided: 1,
      rounds: { waiting: 1 },
    });
    const rounds = await roundsOf(company);
    expect(rounds.map(({ status }) => status)).toEqual(['void', 'waiting']);
    expect(rounds[1]).toMatchObject({
      configVersion: config.version,
      cause: `configuration ${config.version} came into force`,
    });
    const [approval] = await pendingOf(company);
    const proposals = await company.here((tx) => listProposals(tx, { world: 'live' }));
    expect(proposals.find(({ id }) => id === approval?.proposalId)?.args).toMatchObject({
      months: 2,
    });
  });

  test('when this build does not know the graph that it waits in', async () => {
    const company = await found('deployed', [imminentChurn.account]);
    await company.run(ANCHOR);
    const entry = await saveOf(company);
    await company.here((tx) =>
      tx.query(
        `update rounds set graph_version = 99, thread_id = replace(thread_id, ':g1', ':g99') where case_id = $1`,
        [entry.id],
      ),
    );
    await approve(company, addMinutes(ANCHOR, 1));
    await company.tick(addMinutes(ANCHOR, 2));
    const rounds = await roundsOf(company);
    expect(rounds.map(({ status, note }) => [status, note])).toEqual([
      ['void', 'graph version 99 is not part of this build'],
      ['waiting', null],
    ]);
    expect(await discountOf(company)).toEqual([]);
  });

  test('when its thread was begun on another drawing than the round says', async () => {
    const company = await found('mismatch', [imminentChurn.account]);
    await company.run(ANCHOR);
    const entry = await saveOf(company);
    await company.here((tx) =>
      tx.query(`update rounds set thread_id = 'case:other:r1:g1' where case_id = $1`, [entry.id]),
    );
    await approve(company, addMinutes(ANCHOR, 1));
    await company.tick(addMinutes(ANCHOR, 2));
    expect((await roundsOf(company)).map(({ status }) => status)).toEqual(['void', 'waiting']);
  });
});

test('a case closes by itself when its condition clears, with all that it still wanted', async () => {
  const company = await found('clears', [imminentChurn.account]);
  await company.run(ANCHOR);
  await company.reconfigure(
    { 'playbooks.yaml': [['  churn-save:\n', '  churn-save:\n    enabled: false\n']] },
    ANCHOR,
  );
  expect(await company.run(addMinutes(ANCHOR, 5))).toMatchObject({ casesClosed: 1 });
  expect(await saveOf(company)).toMatchObject({
    status: 'closed',
    closeReason: 'the playbook was switched off',
  });
  expect(await pendingOf(company)).toEqual([]);
  await company.tick(addMinutes(ANCHOR, 6));
  const rows = await company.here((tx) => listOutbox(tx, { world: 'live' }));
  expect(rows.filter(({ port, status }) => port === 'email' && status === 'done')).toEqual([]);
});

describe('the day', () => {
  const zone = 'America/New_York';
  test.each([
    ['never run, after two', null, '2026-10-13T06:30:00.000Z', true],
    ['never run, before two', null, '2026-10-13T05:30:00.000Z', false],
    ['run yesterday', '2026-10-12T14:00:00.000Z', '2026-10-13T06:30:00.000Z', true],
    ['run today', '2026-10-13T06:10:00.000Z', '2026-10-13T20:00:00.000Z', false],
    [
      'run today, which in UTC is tomorrow',
      '2026-10-14T02:00:00.000Z',
      '2026-10-14T03:00:00.000Z',
      false,
    ],
  ] as const)('%s', (_, last, now, due) => {
    expect(dayIsDue({ zone }, last, now)).toBe(due);
  });
});
