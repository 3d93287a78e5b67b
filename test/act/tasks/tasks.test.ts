import { beforeAll, describe, expect, it } from 'vitest';
import { portsFor } from '../../../src/act/outbox/ports.ts';
import { performDue } from '../../../src/act/outbox/perform.ts';
import { sweepTasks } from '../../../src/act/outbox/notices.ts';
import { listOutbox } from '../../../src/act/outbox/store.ts';
import { listLedger } from '../../../src/act/ledger/ledger.ts';
import { listTasks, loadTask } from '../../../src/act/tasks/store.ts';
import {
  acceptTask,
  closeForCase,
  completeTask,
  declineTask,
  openTask,
} from '../../../src/act/tasks/tasks.ts';
import type { Task } from '../../../src/act/tasks/task.ts';
import { defineConnector, type Effect, type Port } from '../../../src/connectors/define.ts';
import { LIVE, type World } from '../../../src/domain/case.ts';
import type { IncomingEvent } from '../../../src/domain/event.ts';
import type { TaskDraft } from '../../../src/domain/proposal.ts';
import type { TenantConfig } from '../../../src/domain/tenant.ts';
import type { Instant } from '../../../src/domain/time.ts';
import type { OpenDatabase, TenantTx } from '../../../src/platform/db/database.ts';
import { createTenant, testDatabase } from '../../support/database.ts';
import {
  aConfig,
  aProposal,
  NOW,
  owner,
  permitted,
  person,
  taskPreview,
  worker,
} from '../support/act.ts';

let database: OpenDatabase;
let tenantId: string;
let tenants = 0;

beforeAll(async () => {
  database = await testDatabase();
});

const fresh = async (): Promise<void> => {
  tenantId = await createTenant(database, `tasks-${++tenants}`);
};

const run = <T>(work: (tx: TenantTx) => Promise<T>): Promise<T> =>
  database.withTenant(tenantId, work);

const draft = (over: Partial<TaskDraft> = {}): TaskDraft => ({ ...taskPreview().task!, ...over });

const open = (over: Partial<Parameters<typeof openTask>[1]> = {}): Promise<Task> =>
  run((tx) =>
    openTask(tx, {
      world: 'live',
      key: 'case-1/task/tell_sales',
      actionId: 'act-1',
      accountId: 'acct-1',
      caseId: 'case-1',
      draft: draft(),
      config: aConfig(),
      now: NOW,
      ...over,
    }),
  );

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: unknown) => (error as { code: string }).code,
  );

describe('a human task', () => {
  it('has owner, due day in business days, reason and draft, and opens once for its key', async () => {
    await fresh();
    const opened = await open();
    expect(opened).toMatchObject({
      ownerId: 'ana',
      assigneeId: 'ana',
      assigneeEmail: 'ana@vendor.example',
      status: 'open',
      dueOn: '2026-03-04',
      remindOn: '2026-03-03',
      reason: 'twelve invites were rejected',
      draft: 'Café Noir has 50 of 50 seats.',
    });
    expect((await open({ now: '2026-04-01T00:00:00.000Z', actionId: 'act-2' })).id).toBe(opened.id);
    expect(await run((tx) => listTasks(tx))).toHaveLength(1);
    expect((await open({ world: 'shadow-1' })).id).not.toBe(opened.id);
  });

  it('is accepted and done, each an event and a ledger entry, and its outcome is kept', async () => {
    await fresh();
    const events: IncomingEvent[] = [];
    const accept = async (given: readonly IncomingEvent[]) => void events.push(...given);
    const { id: taskId } = await open({ accept });
    const accepted = await run((tx) =>
      acceptTask(tx, { taskId, person: person(), now: NOW, accept }),
    );
    expect(accepted).toMatchObject({ status: 'accepted', actedBy: 'person-ana', stoodIn: false });
    const done = await run((tx) =>
      completeTask(tx, {
        taskId,
        person: person(),
        outcome: 'ordered 10 seats',
        note: 'call',
        now: NOW,
        accept,
      }),
    );
    expect(done).toMatchObject({
      status: 'done',
      outcome: 'ordered 10 seats',
      note: 'call',
      finishedAt: NOW,
    });
    expect(events.map((event) => [event.type, event.payload['status']])).toEqual([
      ['task.changed', 'open'],
      ['task.changed', 'accepted'],
      ['task.changed', 'done'],
    ]);
    expect(events.at(-1)).toMatchObject({
      source: 'retinue',
      ref: { source: 'retinue', externalId: 'acct-1' },
      payload: { taskId, outcome: 'ordered 10 seats' },
    });
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(3);
    const entries = await run((tx) => listLedger(tx, { caseId: 'case-1', kind: 'task' }));
    expect(entries.map(({ body }) => body['status'])).toEqual(['open', 'accepted', 'done']);
  });

  it('is finished once', async () => {
    await fresh();
    const { id: taskId } = await open();
    const act = { taskId, person: person(), now: NOW };
    await run((tx) => declineTask(tx, { ...act, reason: 'they churned' }));
    expect(await codeOf(run((tx) => completeTask(tx, { ...act, outcome: 'x' })))).toBe(
      'already_finished',
    );
    expect(await codeOf(run((tx) => acceptTask(tx, act)))).toBe('already_accepted');
    expect(
      await codeOf(run((tx) => completeTask(tx, { ...act, taskId: 'task-x', outcome: 'x' }))),
    ).toBe('task_not_found');
    expect(await run((tx) => loadTask(tx, taskId))).toMatchObject({
      status: 'declined',
      outcome: 'they churned',
    });
  });

  it('wants an outcome in words', async () => {
    await fresh();
    const { id: taskId } = await open();
    expect(
      await codeOf(
        run((tx) => completeTask(tx, { taskId, person: person(), outcome: ' ', now: NOW })),
      ),
    ).toBe('outcome_required');
  });

  it.each([
    [
      'its assignee, though only a viewer',
      person({ roles: ['viewer'], email: 'ANA@vendor.example' }),
      'no error',
      false,
    ],
    [
      'an operator in their place',
      person({ id: 'p2', email: 'x@vendor.example' }),
      'no error',
      true,
    ],
    [
      'no other viewer',
      person({ roles: ['viewer'], email: 'x@vendor.example' }),
      'task_forbidden',
      null,
    ],
    [
      'nobody without a role',
      person({ roles: [], email: 'x@vendor.example' }),
      'task_forbidden',
      null,
    ],
  ])('may be taken on by %s', async (_, who, code, stoodIn) => {
    await fresh();
    const { id: taskId } = await open();
    expect(await codeOf(run((tx) => acceptTask(tx, { taskId, person: who, now: NOW })))).toBe(code);
    if (stoodIn !== null)
      expect(await run((tx) => loadTask(tx, taskId))).toMatchObject({ stoodIn, actedBy: who.id });
  });

  it('is not there for another tenant', async () => {
    await fresh();
    const { id: taskId } = await open();
    await fresh();
    expect(await run((tx) => loadTask(tx, taskId))).toBeNull();
    expect(await codeOf(run((tx) => acceptTask(tx, { taskId, person: person(), now: NOW })))).toBe(
      'task_not_found',
    );
  });

  it('closes with its case, by cause, and leaves finished ones as they are', async () => {
    await fresh();
    const events: IncomingEvent[] = [];
    const done = await open({ key: 'k1' });
    await run((tx) =>
      completeTask(tx, { taskId: done.id, person: person(), outcome: 'ok', now: NOW }),
    );
    const openOne = await open({ key: 'k2' });
    const elsewhere = await open({ key: 'k3', caseId: 'case-2' });
    const closed = await run((tx) =>
      closeForCase(tx, {
        caseId: 'case-1',
        cause: 'logins recovered',
        now: NOW,
        accept: async (all) => void events.push(...all),
      }),
    );
    expect(closed).toEqual([openOne.id]);
    expect(events).toMatchObject([{ payload: { status: 'closed', outcome: 'logins recovered' } }]);
    const byStatus = await run(async (tx) =>
      (await listTasks(tx)).map(({ id, status }) => [id, status]),
    );
    expect(Object.fromEntries(byStatus)).toEqual({
      [done.id]: 'done',
      [openOne.id]: 'closed',
      [elsewhere.id]: 'open',
    });
  });

  it('tells the live world’s state alone', async () => {
    await fresh();
    const events: IncomingEvent[] = [];
    await open({ world: 'shadow-1', accept: async (all) => void events.push(...all) });
    expect(events).toEqual([]);
  });
});

describe('opened through the outbox', () => {
  it('exactly once, in the transaction that records it', async () => {
    await fresh();
    const events: IncomingEvent[] = [];
    const input = worker(database, {
      ports: ports(),
      tenantId,
      accept: async (_, all) => void events.push(...all),
    });
    const { actionId } = await run((tx) => permitted(tx, aProposal({ preview: taskPreview() })));
    const report = await performDue(input);
    expect(report.actions).toEqual([{ actionId, status: 'done' }]);
    const [task] = await run((tx) => listTasks(tx));
    expect(task).toMatchObject({
      actionId,
      caseId: 'case-1',
      accountId: 'acct-1',
      assigneeId: 'ana',
    });
    const [row] = await run((tx) => listOutbox(tx));
    expect(row).toMatchObject({
      status: 'done',
      receipt: { taskId: task!.id, assignee: 'ana', due: '2026-03-04' },
    });
    expect(events).toMatchObject([{ type: 'task.changed', payload: { status: 'open' } }]);
    expect((await performDue(input)).actions).toEqual([]);
  });

  it('and not at all when what follows from it cannot be written', async () => {
    await fresh();
    const { actionId } = await run((tx) => permitted(tx, aProposal({ preview: taskPreview() })));
    const fault = async () => Promise.reject(new Error('state is broken'));
    const report = await performDue(worker(database, { ports: ports(), tenantId, accept: fault }));
    expect(report.actions).toEqual([{ actionId, status: 'ready' }]);
    expect(await run((tx) => listTasks(tx))).toEqual([]);
    const later = worker(database, { ports: ports(), tenantId, now: '2026-03-02T09:31:00.000Z' });
    expect((await performDue(later)).actions).toEqual([{ actionId, status: 'done' }]);
    expect(await run((tx) => listTasks(tx))).toHaveLength(1);
  });
});

describe('the sweep', () => {
  const day = (date: string): Instant => `${date}T08:00:00.000Z` as Instant;
  const sweep = (date: string, config: TenantConfig = aConfig()) =>
    run(async (tx) => {
      const notices = await sweepTasks(tx, { world: LIVE, config, now: day(date) });
      const count = (kind: string) => notices.filter((notice) => notice.kind === kind).length;
      return {
        reminded: count('reminder'),
        escalated: count('escalation'),
        reassigned: count('reassignment'),
      };
    });
  const task = async (taskId: string): Promise<Task> => (await run((tx) => loadTask(tx, taskId)))!;
  const NOTHING = { reminded: 0, escalated: 0, reassigned: 0 };

  const withAbsence = (id: string, from: string, to: string): TenantConfig => {
    const config = aConfig();
    const absences = [{ from, to }] as unknown as TenantConfig['owners'][number]['absences'];
    return {
      ...config,
      owners: config.owners.map((one) => (one.id === id ? { ...one, absences } : one)),
    };
  };

  it('reminds once on the business day before it is due, and escalates once when it is overdue', async () => {
    await fresh();
    const { id } = await open();
    expect(await sweep('2026-03-02')).toEqual(NOTHING);
    expect(await sweep('2026-03-03')).toEqual({ ...NOTHING, reminded: 1 });
    expect(await sweep('2026-03-03')).toEqual(NOTHING);
    expect(await sweep('2026-03-04')).toEqual(NOTHING);
    expect(await sweep('2026-03-05')).toEqual({ ...NOTHING, escalated: 1 });
    expect(await task(id)).toMatchObject({
      assigneeId: 'eva',
      assignedBecause: 'escalated: overdue',
      ownerId: 'ana',
      status: 'open',
    });
    expect(await sweep('2026-03-06')).toEqual(NOTHING);
    const entries = await run((tx) => listLedger(tx, { kind: 'task' }));
    expect(entries.map(({ body }) => body['notice'] ?? body['status'])).toEqual([
      'open',
      'reminder',
      'escalation',
    ]);
  });

  it('sends each notice to the one who has it, by e-mail, and says nothing once the task is over', async () => {
    await fresh();
    const { id } = await open();
    const sent: Effect[] = [];
    const input = () =>
      worker(database, { ports: ports(LIVE, sent), tenantId, now: day('2026-03-05') });
    await sweep('2026-03-03');
    await performDue(input());
    expect(sent.map((effect) => [effect.recipient?.email, effect.message?.subject])).toEqual([
      ['ana@vendor.example', 'Due soon: Tell sales that Café Noir is full'],
    ]);
    expect(sent[0]?.message?.text).toContain(`retinue task ${id} accept`);
    await sweep('2026-03-05');
    await run((tx) => completeTask(tx, { taskId: id, person: person(), outcome: 'ok', now: NOW }));
    expect((await performDue(input())).actions).toMatchObject([{ status: 'blocked' }]);
    expect(sent).toHaveLength(1);
  });

  it('gives an open task to the deputy when the absence begins, and back when it ends', async () => {
    await fresh();
    const { id } = await open({ draft: draft({ dueBusinessDays: 10 }) });
    const config = withAbsence('ana', '2026-03-04', '2026-03-05');
    expect(await sweep('2026-03-03', config)).toEqual(NOTHING);
    expect(await sweep('2026-03-04', config)).toEqual({ ...NOTHING, reassigned: 1 });
    expect(await task(id)).toMatchObject({
      assigneeId: 'ben',
      assignedBecause: 'deputy: Ana is away',
    });
    expect(await sweep('2026-03-05', config)).toEqual(NOTHING);
    expect(await sweep('2026-03-06', config)).toEqual({ ...NOTHING, reassigned: 1 });
    expect(await task(id)).toMatchObject({ assigneeId: 'ana', assignedBecause: 'the owner' });
  });

  it('opens with the deputy when the owner is away already', async () => {
    await fresh();
    expect(await open({ config: withAbsence('ana', '2026-03-01', '2026-03-09') })).toMatchObject({
      ownerId: 'ana',
      assigneeId: 'ben',
    });
  });

  it('takes an accepted task from one who goes away, and leaves it with a deputy who accepted it', async () => {
    await fresh();
    const { id } = await open({ draft: draft({ dueBusinessDays: 10 }) });
    await run((tx) => acceptTask(tx, { taskId: id, person: person(), now: NOW }));
    const config = withAbsence('ana', '2026-03-04', '2026-03-05');
    await sweep('2026-03-04', config);
    expect(await task(id)).toMatchObject({ assigneeId: 'ben', status: 'open', acceptedAt: null });
    const ben = person({ id: 'person-ben', email: 'ben@vendor.example' });
    await run((tx) => acceptTask(tx, { taskId: id, person: ben, now: NOW }));
    expect(await sweep('2026-03-06', config)).toEqual(NOTHING);
    expect(await task(id)).toMatchObject({ assigneeId: 'ben', status: 'accepted' });
  });

  it('escalates to a deputy where no executive is there, and says so when there is nobody', async () => {
    await fresh();
    const { id } = await open();
    const owners = [owner('ana', { deputy: 'ben' }), owner('ben')];
    await sweep('2026-03-05', aConfig({ owners }));
    expect(await task(id)).toMatchObject({ assigneeId: 'ben', escalatedAt: day('2026-03-05') });
    const alone = await open({ key: 'alone', config: aConfig({ owners: [owner('ana')] }) });
    expect(await sweep('2026-03-05', aConfig({ owners: [owner('ana')] }))).toMatchObject({
      escalated: 1,
    });
    expect(await task(alone.id)).toMatchObject({
      assigneeId: 'ana',
      escalatedAt: day('2026-03-05'),
    });
  });

  it('leaves shadow worlds and finished tasks alone', async () => {
    await fresh();
    await open({ world: 'shadow-1' });
    const { id } = await open();
    await run((tx) => declineTask(tx, { taskId: id, person: person(), reason: 'no', now: NOW }));
    expect(await sweep('2026-03-09')).toEqual(NOTHING);
  });
});

/** Ports with an e-mail port that keeps what it was given. */
const ports = (world: World = LIVE, sent: Effect[] = []) => {
  const port: Port = {
    id: 'email',
    guarantee: 'idempotent',
    describe: 'a list in memory',
    perform: async (effect) => {
      sent.push(effect);
      return { outcome: 'done', receipt: { kept: 'yes' } };
    },
    close: async () => undefined,
  };
  const connector = defineConnector({
    id: 'email',
    title: 'E-mail',
    guarantee: 'none',
    open: () => port,
  });
  return portsFor(world, {
    connectors: [connector],
    settings: { tenantId, isSample: false, dataDir: 'nowhere' },
  });
};
