import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { performDue, type PerformInput } from '../../../src/act/outbox/perform.ts';
import { recall, recallForCase, recallForProposal } from '../../../src/act/outbox/recall.ts';
import { finishTask, resolveUnknown } from '../../../src/act/outbox/resolve.ts';
import { MAX_ATTEMPTS } from '../../../src/act/outbox/schedule.ts';
import { listOutbox, loadOutboxRow } from '../../../src/act/outbox/store.ts';
import {
  listSuppressed,
  suppress,
  suppressedAmong,
  unsuppress,
} from '../../../src/act/outbox/suppression.ts';
import { listLedger } from '../../../src/act/ledger/ledger.ts';
import { listTasks } from '../../../src/act/tasks/store.ts';
import type { Port } from '../../../src/connectors/define.ts';
import { addMinutes, type Instant } from '../../../src/domain/time.ts';
import type { OpenDatabase, TenantTx } from '../../../src/platform/db/database.ts';
import { createTenant, testDatabase } from '../../support/database.ts';
import {
  aConfig,
  aDecision,
  aPreview,
  aProposal,
  NOW,
  permitted,
  person,
  worker,
} from '../support/act.ts';
import { fakePort, guarded, worldPorts } from '../support/ports.ts';

let database: OpenDatabase;
let tenantId: string;
let tenants = 0;

beforeAll(async () => {
  database = await testDatabase();
});

beforeEach(async () => {
  tenantId = await createTenant(database, `perform-${++tenants}`);
});

const run = <T>(work: (tx: TenantTx) => Promise<T>): Promise<T> =>
  database.withTenant(tenantId, work);
const row = async (actionId: string) => (await run((tx) => loadOutboxRow(tx, actionId)))!;
const enqueued = async (
  over: Parameters<typeof aProposal>[0] = {},
  options: Parameters<typeof permitted>[2] = {},
) => (await run((tx) => permitted(tx, aProposal(over), options))).actionId;
const at = (minutes: number): Instant => addMinutes(NOW, minutes);
const perform = (port: Port, over: Partial<PerformInput> = {}) => {
  const input = worker(database, { ports: worldPorts(port), tenantId, ...over });
  return performDue(input).then((report) => ({ ...report, input }));
};
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: unknown) => (error as { code: string }).code,
  );

describe('performDue', () => {
  it('acts once and writes result, receipt event and ledger entry', async () => {
    const port = fakePort('at_most_once', 'done');
    const actionId = await enqueued();
    const { actions, input } = await perform(port);
    expect(actions).toEqual([{ actionId, status: 'done' }]);
    expect(port.calls).toMatchObject([{ actionId, recipient: { email: 'zoe@customer.example' } }]);
    expect(await row(actionId)).toMatchObject({
      status: 'done',
      attempts: 1,
      receipt: { number: '1' },
      finishedAt: NOW,
    });
    expect(input.accepted).toEqual([
      {
        eventId: `sent:${actionId}`,
        source: 'retinue',
        type: 'touch.changed',
        occurredAt: NOW,
        trust: 'server',
        ref: { source: 'retinue', externalId: 'acct-1' },
        payload: {
          touchId: actionId,
          at: NOW,
          channel: 'email',
          direction: 'out',
          actionId,
          by: 'retinue',
          contactId: 'contact-1',
        },
      },
    ]);
    expect(input.ended).toEqual([`${actionId} done`]);
    const entries = await run((tx) => listLedger(tx, { caseId: 'case-1' }));
    expect(entries.map(({ kind, body }) => [kind, body['status']])).toEqual([
      ['enqueued', 'ready'],
      ['effect', 'done'],
    ]);
    expect(JSON.stringify(entries)).not.toMatch(/zoe|Zoë|Café/);
    expect((await perform(port)).actions).toEqual([]);
    expect(port.calls).toHaveLength(1);
  });

  it('waits out a hold', async () => {
    const port = fakePort('at_most_once', 'done');
    const actionId = await enqueued({}, { notBefore: at(5) });
    expect((await perform(port, { now: at(4) })).actions).toEqual([]);
    expect((await perform(port, { now: at(5) })).actions).toEqual([{ actionId, status: 'done' }]);
  });

  it('takes the oldest first, a bounded number, and only its own tenant', async () => {
    const port = fakePort('at_most_once', 'done');
    const ids: string[] = [];
    for (const ordinal of [0, 1, 2]) {
      const preview = aPreview({ message: { ...aPreview().message!, templateId: `t${ordinal}` } });
      ids.push(await enqueued({ ordinal, preview }, { notBefore: at(-ordinal) }));
    }
    const other = await createTenant(database, `${tenantId}-other`);
    expect((await perform(port, { tenantId: other })).actions).toEqual([]);
    const { actions } = await perform(port, { limit: 2 });
    expect(actions.map(({ actionId }) => actionId)).toEqual([ids[2], ids[1]]);
  });

  describe('looks again just before it acts', () => {
    it.each([
      ['forbid', 'blocked'],
      ['escalate', 'blocked'],
      ['draft', 'blocked'],
    ] as const)('%s → %s, with the reason', async (verdict, status) => {
      const port = fakePort('at_most_once', 'done');
      const actionId = await enqueued();
      const reasons = [{ rule: 'base.sell-incident', text: 'SEV1 since yesterday' }];
      const { actions, input } = await perform(port, {
        recheck: async () => aDecision({ verdict, reasons }),
      });
      expect(actions).toEqual([{ actionId, status }]);
      expect((await row(actionId)).reasons).toEqual(reasons);
      expect(port.calls).toEqual([]);
      expect(input.ended).toEqual([`${actionId} blocked`]);
    });

    it('hold → held until then, and sent after', async () => {
      const port = fakePort('at_most_once', 'done');
      const actionId = await enqueued();
      const quiet = aDecision({
        verdict: 'hold',
        until: at(90),
        reasons: [{ rule: 'quiet', text: 'night' }],
      });
      const { actions } = await perform(port, { recheck: async () => quiet });
      expect(actions).toEqual([{ actionId, status: 'held' }]);
      expect(await row(actionId)).toMatchObject({
        notBefore: at(90),
        reasons: [{ rule: 'quiet' }],
      });
      expect((await perform(port, { now: at(89) })).actions).toEqual([]);
      expect((await perform(port, { now: at(90) })).actions).toEqual([
        { actionId, status: 'done' },
      ]);
    });

    it('a hold that has ended already still waits, so that nothing spins', async () => {
      const actionId = await enqueued();
      await perform(fakePort('at_most_once'), {
        recheck: async () => aDecision({ verdict: 'hold', until: at(-5) }),
      });
      expect((await row(actionId)).notBefore).toBe(at(60));
    });

    it('holds the account’s lock and no other transaction meanwhile', async () => {
      await enqueued();
      let locks = 0;
      await perform(fakePort('at_most_once', 'done'), {
        recheck: async (tx) => {
          const [count] = await tx.query<{ count: number }>(
            `select count(*)::int as count from accounts where account_id = 'acct-1' and xmax <> 0`,
          );
          locks = count?.count ?? 0;
          return aDecision();
        },
      });
      expect(locks).toBe(1);
    });
  });

  describe('when the other side does not take it', () => {
    it('tries again on a fixed schedule, then gives up and tells a person', async () => {
      const port = fakePort('at_most_once', 'retry');
      const actionId = await enqueued();
      let now = NOW;
      for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt += 1) {
        expect((await perform(port, { now })).actions).toEqual([{ actionId, status: 'ready' }]);
        const next = (await row(actionId)).nextAttemptAt!;
        expect((await perform(port, { now: addMinutes(next, -1) })).actions).toEqual([]);
        now = next;
      }
      const { actions, input } = await perform(port, { now });
      expect(actions).toEqual([{ actionId, status: 'failed' }]);
      expect(port.calls).toHaveLength(MAX_ATTEMPTS);
      expect(input.ended).toEqual([`${actionId} failed`]);
      const [task] = await run((tx) => listTasks(tx));
      expect(task).toMatchObject({ kind: 'delivery_failed', assigneeId: 'ana', actionId });
      expect((await perform(port, { now: addMinutes(now, 10_000) })).actions).toEqual([]);
    });

    it('a refusal is the end of it', async () => {
      const port = fakePort('at_most_once', 'refused');
      const actionId = await enqueued();
      const { input } = await perform(port);
      expect(await row(actionId)).toMatchObject({
        status: 'refused',
        reasons: [{ rule: 'port.refused', text: 'refused it is' }],
      });
      expect(input.accepted).toEqual([]);
      expect((await perform(port, { now: at(999) })).actions).toEqual([]);
      expect(await run((tx) => listSuppressed(tx))).toEqual([]);
    });

    it('an address that does not exist is never written to again', async () => {
      const port = fakePort('at_most_once', 'bounced', 'done');
      await enqueued();
      await perform(port);
      expect(await run((tx) => listSuppressed(tx))).toMatchObject([
        {
          hint: 'z…@customer.example',
          by: 'retinue',
          reason: expect.stringContaining('550 5.1.1') as string,
        },
      ]);
      const second = await enqueued({
        ordinal: 1,
        preview: aPreview({
          recipient: { contactId: 'c2', email: 'ZOE@customer.example', name: 'Z' },
        }),
      });
      expect((await perform(port)).actions).toEqual([{ actionId: second, status: 'refused' }]);
      expect(port.calls).toHaveLength(1);
    });
  });

  describe('when nobody knows whether it happened', () => {
    it('an at-most-once effect is never repeated: a person is asked', async () => {
      for (const answer of ['unknown', 'throw'] as const) {
        const port = fakePort('at_most_once', answer, 'done');
        const actionId = await enqueued({ caseId: `case-${answer}` });
        expect((await perform(port)).actions).toEqual([{ actionId, status: 'unknown' }]);
        expect((await perform(port, { now: at(100_000) })).actions).toEqual([]);
        expect(port.calls).toHaveLength(1);
        const [task] = await run((tx) => listTasks(tx, { caseId: `case-${answer}` }));
        expect(task).toMatchObject({
          kind: 'check_delivery',
          assigneeId: 'ana',
          status: 'open',
          actionId,
        });
        expect(task?.draft).toMatch(/Message-ID: <[0-9a-f]{40}@vendor\.example>/);
        expect(task?.draft).toContain('Zoë Brandt <zoe@customer.example>');
        expect(task?.draft).toContain('`send_again`');
      }
    });

    it('an idempotent one is repeated and happens once', async () => {
      const port = fakePort('idempotent', 'unknown-done', 'done');
      const actionId = await enqueued();
      expect((await perform(port)).actions).toEqual([{ actionId, status: 'sending' }]);
      expect((await perform(port)).actions).toEqual([]);
      expect((await perform(port, { now: at(1) })).actions).toEqual([{ actionId, status: 'done' }]);
      expect(port.happened).toHaveLength(1);
    });

    it('a queryable one is asked first', async () => {
      const port = fakePort('queryable', 'unknown-done', 'done');
      const actionId = await enqueued();
      await perform(port);
      expect((await perform(port, { now: at(1) })).actions).toEqual([{ actionId, status: 'done' }]);
      expect(port.lookUps).toHaveLength(1);
      expect(port.calls).toHaveLength(1);
      expect(await row(actionId)).toMatchObject({ receipt: { found: 'yes' } });
    });

    it('and carried out when it had not happened', async () => {
      const port = fakePort('queryable', 'unknown', 'done');
      const actionId = await enqueued();
      await perform(port);
      expect((await perform(port, { now: at(1) })).actions).toEqual([{ actionId, status: 'done' }]);
      expect([port.lookUps.length, port.calls.length, port.happened.length]).toEqual([1, 2, 1]);
    });

    it('what may have happened and may not be repeated by now is for a person, not blocked', async () => {
      const port = fakePort('idempotent', 'unknown-done');
      const actionId = await enqueued();
      await perform(port);
      const forbid = async () => aDecision({ verdict: 'forbid' });
      expect((await perform(port, { now: at(1), recheck: forbid })).actions).toEqual([
        { actionId, status: 'unknown' },
      ]);
    });

    it('what is known not to have happened is blocked like any other', async () => {
      const port = fakePort('queryable', 'unknown');
      const actionId = await enqueued();
      await perform(port);
      const forbid = async () => aDecision({ verdict: 'forbid' });
      expect((await perform(port, { now: at(1), recheck: forbid })).actions).toEqual([
        { actionId, status: 'blocked' },
      ]);
    });

    it('a port that never answers ends with a person too', async () => {
      const port: Port = {
        ...fakePort('queryable', 'unknown'),
        lookUp: async () => Promise.reject(new Error('down')),
      };
      const actionId = await enqueued();
      let now = NOW;
      for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt += 1) {
        expect((await perform(port, { now })).actions).toEqual([{ actionId, status: 'sending' }]);
        now = (await row(actionId)).nextAttemptAt!;
      }
      expect((await perform(port, { now })).actions).toEqual([{ actionId, status: 'unknown' }]);
    });
  });

  describe('an unknown effect is settled by a person', () => {
    const unknown = async () => {
      const actionId = await enqueued();
      const port = fakePort('at_most_once', 'unknown', 'done');
      await perform(port);
      const [task] = await run((tx) => listTasks(tx, { status: 'open' }));
      return { actionId, port, taskId: task!.id };
    };
    const finish = (taskId: string, outcome: string) => {
      const input = worker(database, {
        ports: worldPorts(fakePort('at_most_once')),
        tenantId,
        now: at(30),
      });
      return run((tx) => {
        const accept = (events: Parameters<typeof input.accept>[1]) => input.accept(tx, events);
        return finishTask(tx, { ...input, accept, taskId, person: person(), outcome });
      }).then(() => input);
    };

    it('sent: done, with its receipt event', async () => {
      const { actionId, taskId } = await unknown();
      const input = await finish(taskId, 'Sent');
      expect(await row(actionId)).toMatchObject({ status: 'done', receipt: { by: 'person-ana' } });
      expect(input.accepted.map(({ type }) => type)).toEqual(['task.changed', 'touch.changed']);
      expect(input.ended).toEqual([`${actionId} done`]);
    });

    it('not sent: it stays undone, and opens no further task', async () => {
      const { actionId, port, taskId } = await unknown();
      await finish(taskId, 'not sent');
      expect((await row(actionId)).status).toBe('failed');
      expect((await perform(port, { now: at(9999) })).actions).toEqual([]);
      expect(await run((tx) => listTasks(tx, { status: 'open' }))).toEqual([]);
    });

    it('send again: it goes out once more, through every check', async () => {
      const { actionId, port, taskId } = await unknown();
      await finish(taskId, 'send-again');
      expect((await perform(port, { now: at(30) })).actions).toEqual([
        { actionId, status: 'done' },
      ]);
    });

    it('a second doubt opens a second task', async () => {
      const { actionId, taskId } = await unknown();
      await finish(taskId, 'send_again');
      await perform(fakePort('at_most_once', 'unknown'), { now: at(30) });
      const [again] = await run((tx) => listTasks(tx, { status: 'open' }));
      expect(again?.id).not.toBe(taskId);
      expect((await row(actionId)).status).toBe('unknown');
    });

    it('another answer is refused, and nothing is written', async () => {
      const { actionId, taskId } = await unknown();
      expect(await codeOf(finish(taskId, 'maybe'))).toBe('outcome_invalid');
      expect((await row(actionId)).status).toBe('unknown');
      expect(await run((tx) => listTasks(tx, { status: 'open' }))).toHaveLength(1);
    });

    it('directly, too; which closes the task', async () => {
      const { actionId, taskId } = await unknown();
      const input = worker(database, { ports: worldPorts(fakePort('at_most_once')), tenantId });
      const resolve = () =>
        run((tx) => resolveUnknown(tx, { ...input, actionId, person: person(), outcome: 'sent' }));
      await resolve();
      expect(await run((tx) => listTasks(tx))).toMatchObject([{ id: taskId, status: 'closed' }]);
      expect(await codeOf(resolve())).toBe('already_done');
    });
  });

  describe('a fault of ours', () => {
    it('in the checks puts one row off and lets the others go on', async () => {
      const port = fakePort('at_most_once', 'done');
      const bad = await enqueued();
      const preview = aPreview({ message: { ...aPreview().message!, templateId: 'other' } });
      const good = await enqueued({ ordinal: 1, preview });
      const recheck: PerformInput['recheck'] = async (_, { actionId }) => {
        if (actionId === bad) throw new Error('policy engine fell over');
        return aDecision();
      };
      const { actions } = await perform(port, { recheck });
      expect(Object.fromEntries(actions.map((one) => [one.actionId, one.status]))).toEqual({
        [bad]: 'ready',
        [good]: 'done',
      });
      expect(await row(bad)).toMatchObject({
        attempts: 1,
        nextAttemptAt: at(1),
        reasons: [{ text: 'attempt 1: policy engine fell over' }],
      });
      expect(port.calls).toHaveLength(1);
    });

    it('after the effect puts nothing in doubt: the result stands and the rest follows later, once', async () => {
      const port = fakePort('at_most_once', 'done');
      const actionId = await enqueued();
      const broken = async () => Promise.reject(new Error('state is broken'));
      const { actions, input } = await perform(port, { accept: broken });
      expect(actions).toEqual([{ actionId, status: 'done' }]);
      expect(input.ended).toEqual([]);
      expect((await perform(port, { accept: broken })).actions).toEqual([]);
      const later = await perform(port);
      expect(later.input.accepted.map(({ type }) => type)).toEqual(['touch.changed']);
      expect(later.input.ended).toEqual([`${actionId} done`]);
      expect((await perform(port)).input.accepted).toEqual([]);
      expect(port.calls).toHaveLength(1);
    });
  });

  describe('recall', () => {
    it('pulls back what is held or due, says who and why, and frees the business key', async () => {
      const port = fakePort('at_most_once', 'done');
      const actionId = await enqueued({}, { notBefore: at(5) });
      const recalled = await run((tx) => recall(tx, actionId, person(), NOW, 'wrong price'));
      expect(recalled).toMatchObject({
        status: 'recalled',
        reasons: [{ rule: 'outbox.hold' }, { rule: 'outbox.recalled', text: 'wrong price' }],
      });
      expect((await perform(port, { now: at(5) })).actions).toEqual([]);
      const [entry] = await run((tx) => listLedger(tx, { kind: 'recalled' }));
      expect(entry?.subjects).toMatchObject({ actionId, personId: 'person-ana' });
      expect(await run((tx) => permitted(tx, aProposal({ revision: 1 })))).toMatchObject({
        duplicateOf: null,
      });
    });

    it('comes too late once it is being sent', async () => {
      const actionId = await enqueued();
      let code = '';
      const port: Port = {
        ...fakePort('at_most_once'),
        perform: async () => {
          code = await codeOf(run((tx) => recall(tx, actionId, person(), NOW)));
          return { outcome: 'done', receipt: { a: 'b' } };
        },
      };
      await perform(port);
      expect(code).toBe('already_sending');
      expect(await codeOf(run((tx) => recall(tx, actionId, person(), NOW)))).toBe('already_done');
      expect(await codeOf(run((tx) => recall(tx, 'act-none', person(), NOW)))).toBe(
        'action_not_found',
      );
    });

    it('wins against a worker that has claimed but not begun', async () => {
      const actionId = await enqueued();
      const port = fakePort('at_most_once', 'done');
      const db: typeof database = {
        ...database,
        withTenant: async (tenant, work) => {
          const result = await database.withTenant(tenant, work);
          // Right after the claim has committed.
          if ((result as { actionId?: string } | null)?.actionId === actionId) {
            await run((tx) => recall(tx, actionId, person(), NOW)).catch(() => undefined);
          }
          return result;
        },
      };
      expect((await perform(port, { db })).actions).toEqual([{ actionId, status: 'lost' }]);
      expect(port.calls).toEqual([]);
      expect((await row(actionId)).status).toBe('recalled');
    });

    it('for a case or a proposal takes what has not begun', async () => {
      const sent = await enqueued();
      await perform(fakePort('at_most_once', 'done'));
      const preview = (templateId: string) =>
        aPreview({ message: { ...aPreview().message!, templateId } });
      const a = await enqueued({ ordinal: 1, preview: preview('a') });
      const b = await enqueued({ ordinal: 2, preview: preview('b') });
      const c = await enqueued({ caseId: 'case-2', preview: preview('c') });
      const by = { by: 'settle', reason: 'superseded', now: NOW };
      expect(
        await run((tx) => recallForProposal(tx, { proposalId: 'prop-case-1-1-0', ...by })),
      ).toEqual([a]);
      expect(await run((tx) => recallForCase(tx, { caseId: 'case-1', ...by }))).toEqual([b]);
      const statuses = await run(async (tx) =>
        (await listOutbox(tx)).map((one) => [one.actionId, one.status]),
      );
      expect(Object.fromEntries(statuses)).toEqual({
        [sent]: 'done',
        [a]: 'recalled',
        [b]: 'recalled',
        [c]: 'ready',
      });
    });
  });

  describe('the suppression list', () => {
    const entry = {
      address: ' Zoe@Customer.example ',
      reason: 'complained',
      by: 'person-ana',
      now: NOW,
    };

    it('is read before each send, whatever was decided', async () => {
      const port = fakePort('at_most_once', 'done');
      const actionId = await enqueued();
      expect(await run((tx) => suppress(tx, entry))).toBe(true);
      expect(await run((tx) => suppress(tx, { ...entry, reason: 'again' }))).toBe(false);
      expect((await perform(port)).actions).toEqual([{ actionId, status: 'refused' }]);
      expect((await row(actionId)).reasons).toEqual([
        {
          rule: 'outbox.suppressed',
          text: 'z…@customer.example is on the suppression list since 2026-03-02: complained',
        },
      ]);
      expect(port.calls).toEqual([]);
    });

    it('lets an address go again, and keeps no address itself', async () => {
      await run((tx) => suppress(tx, entry));
      const stored = await run((tx) => tx.query('select * from suppressions'));
      expect(JSON.stringify(stored)).not.toMatch(/zoe@/i);
      const among = () =>
        run((tx) => suppressedAmong(tx, ['zoe@customer.example', 'Ana@Customer.example']));
      expect([...(await among()).keys()]).toEqual(['zoe@customer.example']);
      expect(await run((tx) => unsuppress(tx, entry))).toBe(true);
      expect(await run((tx) => unsuppress(tx, entry))).toBe(false);
      expect((await among()).size).toBe(0);
      expect(await codeOf(run((tx) => suppress(tx, { ...entry, address: 'nobody' })))).toBe(
        'address_invalid',
      );
    });

    it('is the tenant’s own', async () => {
      await run((tx) => suppress(tx, entry));
      tenantId = await createTenant(database, `${tenantId}-b`);
      expect((await run((tx) => suppressedAmong(tx, ['zoe@customer.example']))).size).toBe(0);
    });
  });

  describe('the volume brake', () => {
    const config = () => aConfig({ outbox: { holdSeconds: 0, maxPerHour: 2 } });
    const toContact = (contact: number, playbook = 'seat-expansion') =>
      enqueued({
        ordinal: contact,
        playbook,
        caseId: `case-${playbook}-${contact}`,
        preview: aPreview({
          recipient: { contactId: `c${contact}`, email: `c${contact}@customer.example`, name: 'C' },
        }),
      });

    it('holds what exceeds the hourly number of a playbook and template, and lets it go later', async () => {
      const port = fakePort('at_most_once', 'done');
      for (const contact of [1, 2, 3]) await toContact(contact);
      await toContact(4, 'churn-save');
      const first = await perform(port, { config: config() });
      const statuses = first.actions.map(({ status }) => status).sort();
      expect(statuses).toEqual(['done', 'done', 'done', 'held']);
      const held = first.actions.find(({ status }) => status === 'held')!.actionId;
      expect(await row(held)).toMatchObject({
        notBefore: at(60),
        reasons: [
          {
            rule: 'outbox.volume-brake',
            text: '2 of `seat-offer` by `seat-expansion` went out within an hour',
          },
        ],
      });
      expect((await perform(port, { now: at(59), config: config() })).actions).toEqual([]);
      expect((await perform(port, { now: at(60), config: config() })).actions).toEqual([
        { actionId: held, status: 'done' },
      ]);
      const entries = await run((tx) => listLedger(tx, { kind: 'volume_brake' }));
      expect(entries.map(({ body }) => body['on'])).toEqual([true, false]);
    });
  });

  describe('the circuit breaker', () => {
    afterEach(() => vi.useRealTimers());

    it('leaves a failing port alone, uses up no attempts meanwhile, and tries once after the rest', async () => {
      vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOW) });
      const inner = fakePort('at_most_once', 'retry', 'retry', 'done');
      const port = guarded(inner, { failures: 2, restMilliseconds: 60_000 });
      const ids: string[] = [];
      for (const ordinal of [0, 1, 2]) {
        const preview = aPreview({
          message: { ...aPreview().message!, templateId: `t${ordinal}` },
        });
        ids.push(await enqueued({ ordinal, preview }, { notBefore: at(ordinal - 5) }));
      }
      await perform(port, { limit: 2 });
      const stopped = await perform(port);
      expect(stopped.actions).toEqual([]);
      expect(stopped.paused).toMatchObject([
        { port: 'email', reason: expect.stringContaining('retry it is') as string },
      ]);
      expect(await row(ids[2]!)).toMatchObject({ status: 'ready', attempts: 0 });
      vi.setSystemTime(new Date(at(2)));
      const again = await perform(port, { now: at(2) });
      expect(again.paused).toEqual([]);
      expect(again.actions.map(({ status }) => status)).toEqual(['done', 'done', 'done']);
      expect(inner.calls).toHaveLength(5);
    });

    it('is not opened by refusals', async () => {
      const port = guarded(fakePort('at_most_once', 'refused'), { failures: 1 });
      await enqueued();
      await perform(port);
      expect(port.paused?.(NOW)).toBeNull();
    });
  });

  it('does not wait for a port that hangs', async () => {
    const port: Port = {
      ...fakePort('at_most_once'),
      perform: (_effect, _now, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            resolve({ outcome: 'unknown', reason: 'stopped' });
          });
        }),
    };
    const actionId = await enqueued();
    expect((await perform(port, { effectTimeoutMilliseconds: 20 })).actions).toEqual([
      { actionId, status: 'unknown' },
    ]);
  });
});
