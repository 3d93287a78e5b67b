import { beforeAll, describe, expect, it } from 'vitest';
import { effectOf, draftEffectOf } from '../../../src/act/outbox/effect.ts';
import { enqueue } from '../../../src/act/outbox/enqueue.ts';
import { listOutbox } from '../../../src/act/outbox/store.ts';
import { openTask } from '../../../src/act/tasks/tasks.ts';
import { completeTask } from '../../../src/act/tasks/tasks.ts';
import { LIVE, type World } from '../../../src/domain/case.ts';
import type { Proposal } from '../../../src/domain/proposal.ts';
import type { OpenDatabase, TenantTx } from '../../../src/platform/db/database.ts';
import { createTenant, testDatabase } from '../../support/database.ts';
import {
  aConfig,
  aPreview,
  aProposal,
  consumeApproval,
  insertAccount,
  insertApproval,
  insertDecision,
  insertProposal,
  NOW,
  permitted,
  person,
  SENDER,
  taskPreview,
} from '../support/act.ts';

let database: OpenDatabase;
let tenantId: string;
let tenants = 0;

beforeAll(async () => {
  database = await testDatabase();
});

const fresh = async (): Promise<void> => {
  tenantId = await createTenant(database, `authority-${++tenants}`);
};

const run = <T>(work: (tx: TenantTx) => Promise<T>): Promise<T> =>
  database.withTenant(tenantId, work);

const answer = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'accepted',
    (error: unknown) => (error as Error).message,
  );

/** Direct SQL, as the application role: what a mistake elsewhere, or a hostile extension, would try. */
const rawInsert = (tx: TenantTx, over: Record<string, unknown> = {}): Promise<unknown> => {
  const proposal = aProposal();
  const row: Record<string, unknown> = {
    tenant_id: tenantId,
    action_id: 'act-raw',
    world: 'live',
    port: 'email',
    business_key: 'key-raw',
    account_id: proposal.accountId,
    case_id: proposal.caseId,
    playbook: proposal.playbook,
    proposal_id: proposal.id,
    decision_id: `decision-${proposal.id}-settle-1`,
    outward: true,
    effect: effectOf(proposal, { tenantId, sender: SENDER }),
    status: 'ready',
    not_before: NOW,
    created_at: NOW,
    updated_at: NOW,
    ...over,
  };
  const columns = Object.keys(row);
  return tx.query(
    `insert into outbox (${columns.join(', ')}) values (${columns.map((_, index) => `$${index + 1}`).join(', ')})`,
    Object.values(row),
  );
};

const decided = async (
  verdict: Parameters<typeof insertDecision>[2],
  proposal: Proposal = aProposal(),
  world: World = LIVE,
): Promise<string> =>
  run(async (tx) => {
    await insertAccount(tx, proposal.accountId);
    await insertProposal(tx, proposal, world);
    return insertDecision(tx, proposal.id, verdict, { world });
  });

describe('a row of the outbox', () => {
  it('is accepted with a decision that permits its proposal', async () => {
    await fresh();
    await decided('permit');
    expect(await answer(run((tx) => rawInsert(tx)))).toBe('accepted');
  });

  it.each(['escalate', 'forbid', 'hold', 'draft'] as const)(
    'is refused when the decision says %s',
    async (verdict) => {
      await fresh();
      await decided(verdict);
      expect(await answer(run((tx) => rawInsert(tx)))).toBe(`outbox: the decision says ${verdict}`);
    },
  );

  it('is refused without a decision, with another proposal’s, and with one that a later decision replaced', async () => {
    await fresh();
    await decided('permit');
    await decided('permit', aProposal({ ordinal: 1 }));
    await decided('permit', aProposal({ ordinal: 2 }));
    await run((tx) => insertDecision(tx, 'prop-case-1-2-0', 'forbid', { sequence: 2 }));
    const attempt = (over: Record<string, unknown>) => answer(run((tx) => rawInsert(tx, over)));
    expect(await attempt({ decision_id: null })).toContain('no decision is named');
    expect(await attempt({ decision_id: 'decision-none' })).toContain(
      'no such decision of this proposal',
    );
    expect(await attempt({ decision_id: 'decision-prop-case-1-1-0-settle-1' })).toContain(
      'no such decision of this proposal',
    );
    const replaced = {
      proposal_id: 'prop-case-1-2-0',
      decision_id: 'decision-prop-case-1-2-0-settle-1',
    };
    expect(await attempt(replaced)).toContain('a later decision of this proposal stands');
  });

  it('is refused with a permit that was given for execution, not at settling', async () => {
    await fresh();
    await decided('escalate');
    const decision_id = await run((tx) =>
      insertDecision(tx, aProposal().id, 'permit', { phase: 'execute' }),
    );
    expect(await answer(run((tx) => rawInsert(tx, { decision_id })))).toContain('no such decision');
  });

  it.each([
    ['world', { world: 'shadow-1' }],
    ['account', { account_id: 'acct-2' }],
    ['case', { case_id: 'case-2' }],
    ['playbook', { playbook: 'other' }],
  ])('is refused for another %s than the proposal’s', async (_, over) => {
    await fresh();
    await decided('permit');
    expect(await answer(run((tx) => rawInsert(tx, over)))).toContain(
      'no such proposal of this account, case and world',
    );
  });

  it('is refused when it would do something else than what was proposed', async () => {
    await fresh();
    await decided('permit');
    const effect = effectOf(aProposal(), { tenantId, sender: SENDER });
    const changed = [
      { ...effect, recipient: { ...effect.recipient!, email: 'someone@else.example' } },
      { ...effect, message: { ...effect.message!, text: 'Click here' } },
    ];
    for (const other of changed) {
      expect(await answer(run((tx) => rawInsert(tx, { effect: other })))).toContain(
        'not what was proposed',
      );
    }
    expect(await answer(run((tx) => rawInsert(tx, { port: 'tasks', outward: false })))).toContain(
      'the port is not the one',
    );
    expect(await answer(run((tx) => rawInsert(tx, { outward: false, task_id: null })))).toMatch(
      /outward|check constraint/,
    );
  });

  it('is refused with another tenant’s decision', async () => {
    await fresh();
    await decided('permit');
    await fresh();
    expect(await answer(run((tx) => rawInsert(tx)))).toContain('no such proposal');
  });

  it('begins untried', async () => {
    await fresh();
    await decided('permit');
    for (const over of [
      { status: 'done' },
      { attempts: 3 },
      { receipt: { x: '1' } },
      { started_at: NOW },
    ]) {
      expect(await answer(run((tx) => rawInsert(tx, over)))).toContain(
        'begins held or ready, untried',
      );
    }
  });

  describe('with an approval', () => {
    const escalated = async () => {
      await fresh();
      const decisionId = await decided('escalate');
      return run((tx) => insertApproval(tx, aProposal().id, decisionId));
    };

    it('is accepted in the transaction that consumes it, and in no later one', async () => {
      const approval_id = await escalated();
      expect(await answer(run((tx) => rawInsert(tx, { approval_id })))).toContain('not consumed');
      const both = run(async (tx) => {
        await consumeApproval(tx, approval_id);
        await rawInsert(tx, { approval_id });
      });
      expect(await answer(both)).toBe('accepted');
      const again = run((tx) =>
        rawInsert(tx, { approval_id, action_id: 'act-2', business_key: 'key-2' }),
      );
      expect(await answer(again)).toContain('not consumed for this proposal in this transaction');
    });

    it('is refused for another proposal than the approved one', async () => {
      const approval_id = await escalated();
      await decided('escalate', aProposal({ ordinal: 1 }));
      const other = {
        proposal_id: 'prop-case-1-1-0',
        decision_id: 'decision-prop-case-1-1-0-settle-1',
      };
      const attempt = run(async (tx) => {
        await consumeApproval(tx, approval_id);
        await rawInsert(tx, { approval_id, ...other });
      });
      expect(await answer(attempt)).toContain('not consumed for this proposal');
    });

    it('does not help a row that does not name it', async () => {
      const approval_id = await escalated();
      const attempt = run(async (tx) => {
        await consumeApproval(tx, approval_id);
        await rawInsert(tx);
      });
      expect(await answer(attempt)).toContain('the decision says escalate');
    });
  });

  it('on the rung draft becomes a task and nothing that leaves the house', async () => {
    await fresh();
    const decisionId = await decided('draft');
    const proposal = aProposal();
    const effect = draftEffectOf(proposal, { tenantId, assignee: 'ana' });
    const given = { proposal, decisionId, world: LIVE, notBefore: NOW, now: NOW };
    const sent = effectOf(proposal, { tenantId, sender: SENDER });
    expect(
      await answer(run((tx) => enqueue(tx, { ...given, effect: sent, port: 'email' }))),
    ).toContain('the decision says draft');
    expect(await run((tx) => enqueue(tx, { ...given, effect, port: 'tasks' }))).toMatchObject({
      status: 'ready',
    });
    const [row] = await run((tx) => listOutbox(tx));
    expect(row).toMatchObject({
      outward: false,
      effect: { recipient: null, message: null, task: { kind: 'send_draft' } },
    });
    expect(row?.effect.task?.draft).toContain(
      'To: Zoë Brandt <zoe@customer.example>\nSubject: Seats for Café Noir',
    );
  });

  describe('once written', () => {
    it.each([
      ['recipient or text', `effect = jsonb_set(effect, '{recipient,email}', '"x@y.example"')`],
      ['port', `port = 'tasks'`],
      ['account', `account_id = 'acct-2'`],
      ['decision', `decision_id = 'other'`],
      ['approval', `approval_id = 'other'`],
      ['proposal', `proposal_id = 'other'`],
      ['world', `world = 'shadow-1'`],
      ['business key', `business_key = 'other'`],
      ['action', `action_id = 'other'`],
      ['tenant', `tenant_id = 'other'`],
      ['task', `task_id = 'other'`],
      ['direction', `outward = false`],
    ])('keeps its %s', async (_, change) => {
      await fresh();
      await run((tx) => permitted(tx, aProposal()));
      expect(await answer(run((tx) => tx.query(`update outbox set ${change}`)))).toMatch(
        /not changed|row-level security/,
      );
    });

    it('moves on only, and never out of an end', async () => {
      await fresh();
      await run((tx) => permitted(tx, aProposal()));
      const to = (status: string) =>
        answer(run((tx) => tx.query(`update outbox set status = $1`, [status])));
      expect(await to('done')).toContain('done does not follow ready');
      expect(await to('unknown')).toContain('unknown does not follow ready');
      expect(await to('sending')).toBe('accepted');
      expect(await to('recalled')).toContain('recalled does not follow sending');
      expect(await to('done')).toBe('accepted');
      for (const status of ['ready', 'sending', 'unknown', 'failed'])
        expect(await to(status)).toContain('done is final');
      expect(await answer(run((tx) => tx.query(`update outbox set receipt = '{}'`)))).toContain(
        'done is final',
      );
    });

    it('is never removed, and its lease never goes back', async () => {
      await fresh();
      await run((tx) => permitted(tx, aProposal()));
      expect(await answer(run((tx) => tx.query('delete from outbox')))).toContain(
        'permission denied',
      );
      expect(await answer(run((tx) => tx.query('truncate outbox')))).toContain('permission denied');
      await run((tx) => tx.query('update outbox set lease_epoch = 5'));
      expect(await answer(run((tx) => tx.query('update outbox set lease_epoch = 4')))).toContain(
        'never goes back',
      );
    });
  });

  describe('as a notice to our own people', () => {
    const notice = (taskId: string, over: Record<string, unknown> = {}) => ({
      account_id: null,
      case_id: null,
      playbook: null,
      proposal_id: null,
      decision_id: null,
      task_id: taskId,
      template_id: 'internal.reminder',
      outward: false,
      effect: { recipient: { email: 'ana@vendor.example' } },
      ...over,
    });

    it('goes to the assignee of an open task and to nobody else', async () => {
      await fresh();
      const task = await run((tx) =>
        openTask(tx, {
          world: 'live',
          key: 'k',
          actionId: null,
          accountId: null,
          caseId: null,
          draft: taskPreview().task!,
          config: aConfig(),
          now: NOW,
        }),
      );
      const attempt = (over: Record<string, unknown>) =>
        answer(run((tx) => rawInsert(tx, notice(task.id, over))));
      const refusal = 'a notice goes to the assignee of an open task alone';
      expect(await attempt({ effect: { recipient: { email: 'zoe@customer.example' } } })).toContain(
        refusal,
      );
      expect(await attempt({ effect: {} })).toContain(refusal);
      expect(await attempt({ task_id: 'task-none' })).toContain(refusal);
      expect(await attempt({ template_id: 'seat-offer' })).toContain(refusal);
      expect(await attempt({ template_id: null })).toContain(refusal);
      expect(await attempt({ world: 'shadow-1' })).toContain(refusal);
      expect(await attempt({ outward: true })).toContain('belongs to a task and to nothing else');
      expect(await attempt({ decision_id: 'x', proposal_id: 'y' })).toContain(
        'belongs to a task and to nothing else',
      );
      expect(await attempt({})).toBe('accepted');
      await run((tx) =>
        completeTask(tx, { taskId: task.id, person: person(), outcome: 'x', now: NOW }),
      );
      expect(await attempt({ action_id: 'act-raw-2', business_key: 'k2' })).toContain(refusal);
    });
  });
});

describe('enqueue', () => {
  it('holds until the moment given, and says so', async () => {
    await fresh();
    const enqueued = await run((tx) =>
      permitted(tx, aProposal(), { notBefore: '2026-03-02T09:35:00.000Z' }),
    );
    expect(enqueued.status).toBe('held');
    const [row] = await run((tx) => listOutbox(tx));
    expect(row).toMatchObject({
      status: 'held',
      reasons: [{ rule: 'outbox.hold' }],
      ownerId: 'ana',
      templateId: 'seat-offer',
    });
  });

  it('gives the same action back when it is asked again', async () => {
    await fresh();
    const first = await run((tx) => permitted(tx, aProposal()));
    const again = await run((tx) =>
      enqueue(tx, {
        proposal: aProposal(),
        decisionId: 'whatever',
        world: LIVE,
        notBefore: NOW,
        now: NOW,
        port: 'email',
        effect: effectOf(aProposal(), { tenantId, sender: SENDER }),
      }),
    );
    expect(again).toEqual(first);
    expect(await run((tx) => listOutbox(tx))).toHaveLength(1);
  });

  it('writes nothing when another action does the same, whatever round or revision asks', async () => {
    await fresh();
    const first = await run((tx) => permitted(tx, aProposal()));
    for (const over of [{ round: 2, ordinal: 1 }, { revision: 1 }]) {
      const again = await run((tx) => permitted(tx, aProposal(over)));
      expect(again).toMatchObject({ duplicateOf: first.actionId });
    }
    expect(await run((tx) => listOutbox(tx))).toHaveLength(1);
    const preview = aPreview({ message: { ...aPreview().message!, templateId: 'check-in' } });
    expect(await run((tx) => permitted(tx, aProposal({ ordinal: 5, preview })))).toMatchObject({
      duplicateOf: null,
    });
    const elsewhere = { id: 'shadow-1', kind: 'shadow' } as const;
    const shadow = aProposal({ caseId: 'case-shadow', ordinal: 6 });
    expect(await run((tx) => permitted(tx, shadow, { world: elsewhere }))).toMatchObject({
      duplicateOf: null,
    });
  });

  it('refuses an effect of another account, action or tenant as a bug', async () => {
    await fresh();
    const effect = effectOf(aProposal(), { tenantId, sender: SENDER });
    for (const over of [{ accountId: 'acct-2' }, { actionId: 'act-2' }, { tenantId: 'other' }]) {
      const work = run((tx) => permitted(tx, aProposal(), { effect: { ...effect, ...over } }));
      expect(await answer(work)).toContain('is not of proposal');
    }
  });
});
