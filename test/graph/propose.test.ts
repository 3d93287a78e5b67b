import { beforeAll, describe, expect, test } from 'vitest';
import { listApprovals } from '../../src/act/approvals/read.ts';
import { listCases } from '../../src/act/cases/case-store.ts';
import { listRounds } from '../../src/act/cases/round-store.ts';
import { listLedger } from '../../src/act/ledger/ledger.ts';
import { listOutbox } from '../../src/act/outbox/store.ts';
import { listProposals } from '../../src/act/settle/read.ts';
import { addMinutes } from '../../src/domain/time.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import imminentChurn from '../../src/sample/stories/imminent-churn.ts';
import { ANCHOR, foundCompany, type CompanyOptions } from '../fixtures/company.ts';
import { testDatabase } from '../support/database.ts';
import {
  inTurn,
  modelsOf,
  ScriptedModel,
  type Heard,
  type ScriptedAnswer,
} from '../support/scripted-model.ts';

let database: OpenDatabase;
beforeAll(async () => {
  database = await testDatabase();
});

const live = { world: 'live' } as const;
const why = 'the facts say so';

/** The account that is about to leave, reasoned about by a model that answers so. */
const after = async (
  tenantId: string,
  script: (heard: Heard, turn: number) => ScriptedAnswer,
  options: Partial<CompanyOptions> = {},
) => {
  const model = new ScriptedModel(script);
  const company = await foundCompany(database, tenantId, {
    accounts: [imminentChurn.account],
    models: modelsOf(model),
    ...options,
  });
  await company.run(ANCHOR);
  await company.tick(addMinutes(ANCHOR, 1));
  return company.here(async (tx) => {
    const [entry] = (await listCases(tx, live)).filter(({ playbook }) => playbook === 'churn-save');
    const caseId = entry?.id ?? '';
    return {
      heard: model.heard,
      rounds: await listRounds(tx, caseId),
      proposals: await listProposals(tx, { caseId }),
      approvals: await listApprovals(tx, { caseId }),
      mail: (await listOutbox(tx, live)).filter(({ port }) => port === 'email'),
      ledger: await listLedger(tx, { kind: 'thought' }),
    };
  });
};

const softer = {
  name: 'offer_save_discount',
  args: {
    contactId: 'granite-energy-champion',
    basisPoints: 1000,
    months: 2,
    step: 'save-discount',
    why,
  },
};
const read = { name: 'conversations', args: {} };
const decline = {
  name: 'decline',
  args: { step: 'check-in', why: 'they are in the middle of a complaint' },
};
const stepsOf = (proposals: readonly { readonly step: string | null }[]) =>
  proposals.map(({ step }) => step);

describe('a hybrid round', () => {
  test('is the default where a model is configured; one call keeps, softens and orders what it is handed', async () => {
    const { heard, rounds, proposals, ledger } = await after(
      'hybrid',
      inTurn([softer, { name: 'keep', args: { step: 'check-in', why } }]),
    );
    expect(heard).toHaveLength(1);
    expect(rounds[0]).toMatchObject({
      mode: 'hybrid',
      note: null,
      thought: { model: 'scripted', calls: 1, fault: null },
    });
    expect(stepsOf(proposals)).toEqual(['alert', 'save-discount', 'check-in']);
    expect(proposals.every(({ proposedBy }) => proposedBy === 'model:scripted')).toBe(true);
    expect(proposals[1]).toMatchObject({
      args: { basisPoints: 1000, months: 2 },
      ungrounded: ['basisPoints', 'months'],
    });
    expect(proposals[1]?.reason).toContain('the model’s rationale: “the facts say so”');
    expect(ledger[0]?.body).toMatchObject({
      agent: 'cs',
      fault: null,
      proposedBy: 'model:scripted',
    });
  });

  test('hands nothing that is known of a person to the model', async () => {
    const { heard } = await after('masked', inTurn([read], [decline]));
    const told = heard
      .flatMap(({ messages }) => messages.map((message) => message.text))
      .join('\n');
    for (const { name } of imminentChurn.account.contacts) expect(told).not.toContain(name);
    expect(told).not.toMatch(/@/);
    expect(told).not.toContain(imminentChurn.account.name);
  });

  test('goes without a step that the model declined for a reason, and not without a mandatory one', async () => {
    const { rounds, proposals } = await after(
      'declined',
      inTurn([decline, { name: 'decline', args: { step: 'alert', why: 'everybody knows' } }]),
    );
    expect(stepsOf(proposals)).toEqual(['alert', 'save-discount']);
    expect(rounds[0]?.plan).toContainEqual({
      step: 'check-in',
      tool: 'send_template',
      mandatory: false,
      fate: 'declined',
      why: 'they are in the middle of a complaint',
    });
    expect(rounds[0]?.note).toBe('the agent declined check-in');
    expect(rounds[0]?.refused).toContainEqual(expect.objectContaining({ step: 'alert' }));
  });

  test('asks a person about a decline after text of outsiders; the step waits meanwhile', async () => {
    const { rounds, proposals, approvals, mail } = await after(
      'tainted',
      inTurn([read], [decline]),
    );
    const waiting = proposals.find(({ step }) => step === 'check-in');
    expect(waiting).toMatchObject({
      status: 'pending_approval',
      readUntrusted: true,
      declined: 'they are in the middle of a complaint',
    });
    expect(approvals.map(({ proposalId }) => proposalId)).toContain(waiting?.id);
    expect(mail).toEqual([]);
    expect(rounds[0]?.thought).toMatchObject({
      calls: 2,
      read: ['conversations'],
      untrusted: ['conversations'],
    });
  });

  test('consults another agent, who may only read, and keeps what was asked and answered', async () => {
    const { heard, rounds } = await after(
      'consulted',
      inTurn(
        [
          {
            name: 'consult',
            args: { agent: 'support', question: 'Is anything of ours broken for them?' },
          },
        ],
        [{ name: 'answer', args: { text: 'No open incident, by the facts.' } }],
        [{ name: 'keep', args: { step: 'check-in' } }],
      ),
    );
    expect(heard[1]?.tools).not.toContain('consult');
    expect(heard[1]?.tools).not.toContain('send_template');
    expect(rounds[0]?.thought).toMatchObject({
      calls: 3,
      consulted: [
        {
          agent: 'support',
          question: 'Is anything of ours broken for them?',
          answer: 'No open incident, by the facts.',
        },
      ],
    });
  });
});

describe('an agent round', () => {
  const edits = {
    'playbooks.yaml': [['  churn-save:\n', '  churn-save:\n    mode: agent\n']],
  } as const;

  test('files what the agent makes of the case, and what is mandatory besides', async () => {
    const { heard, rounds, proposals } = await after(
      'agent',
      inTurn([
        {
          name: 'send_template',
          args: { contactId: 'granite-energy-champion', templateId: 'check-in', step: null, why },
        },
      ]),
      { edits },
    );
    expect(heard[0]?.tools).not.toContain('keep');
    expect(stepsOf(proposals)).toEqual(['alert', 'own-send-template']);
    expect(rounds[0]?.plan.map(({ step, fate }) => [step, fate])).toEqual([
      ['alert', 'kept'],
      ['check-in', 'changed'],
      ['save-discount', 'declined'],
    ]);
  });
});

describe('falls back to rules, and the case says why', () => {
  test.each<[string, (heard: Heard, turn: number) => ScriptedAnswer, string]>([
    ['a tool that does not exist, twice', inTurn([{ name: 'wire_money', args: {} }]), 'malformed'],
    [
      'arguments that do not fit, twice',
      inTurn([{ name: 'decline', args: { step: 4 } }]),
      'malformed',
    ],
    ['words and no call, twice', inTurn('I would rather not say.'), 'empty'],
    ['the same look-up again', inTurn([read], [read]), 'loop'],
    [
      'something done and declined',
      inTurn([decline, { name: 'keep', args: { step: 'check-in' } }]),
      'contradiction',
    ],
    ['a broken connection', inTurn(new Error('socket hang up')), 'unreachable'],
  ])('%s', async (what, script, fault) => {
    const { rounds, proposals } = await after(`fault ${what}`.replaceAll(/[^a-z]+/g, '-'), script);
    expect(rounds[0]?.thought?.fault?.fault).toBe(fault);
    expect(rounds[0]?.note).toContain('decided by rules instead of `hybrid`');
    expect(stepsOf(proposals)).toEqual(['alert', 'check-in', 'save-discount']);
    expect(proposals[0]?.proposedBy).toBe('rules:churn-save');
  });

  test('not for what is put right when it is asked for once more', async () => {
    const { rounds } = await after(
      'corrected',
      inTurn([{ name: 'wire_money', args: {} }], [decline]),
    );
    expect(rounds[0]?.thought).toMatchObject({ calls: 2, fault: null });
  });

  test('the whole plan stands after a fault, however much of outsiders was read before', async () => {
    const { proposals } = await after(
      'fault-after-reading',
      inTurn([read], 'Ignore the plan.', 'Ignore the plan.'),
    );
    expect(stepsOf(proposals)).toEqual(['alert', 'check-in', 'save-discount']);
    expect(proposals.every(({ readUntrusted }) => readUntrusted)).toBe(true);
  });
});

describe('while the model thinks', () => {
  test('no transaction is open; who lost the round meanwhile files nothing, and who takes it over need not ask again', async () => {
    const tenantId = 'overtaken';
    let answers = 0;
    const model = new ScriptedModel(async () => {
      answers += 1;
      // Waits for ever where the account is still locked.
      await database.withTenant(tenantId, async (tx) => {
        await tx.query('select 1 from accounts for update');
        if (answers === 1)
          await tx.query(
            `update rounds set lease_epoch = lease_epoch + 1, lease_until = null where status = 'running'`,
          );
      });
      return [softer];
    });
    const company = await foundCompany(database, tenantId, {
      accounts: [imminentChurn.account],
      models: modelsOf(model),
    });
    await company.run(ANCHOR);
    expect(await company.here((tx) => listProposals(tx, live))).toEqual([]);
    await company.tick(addMinutes(ANCHOR, 5));
    const proposals = await company.here((tx) => listProposals(tx, live));
    expect(stepsOf(proposals)).toEqual(['alert', 'check-in', 'save-discount']);
    // What was answered to whoever lost it is not asked and paid again.
    expect(answers).toBe(1);
  });

  test('a whole conversation is taken up where its process died', async () => {
    const tenantId = 'taken-up';
    let answers = 0;
    const model = new ScriptedModel(async () => {
      answers += 1;
      if (answers === 1) return [read];
      await database.withTenant(tenantId, (tx) =>
        tx.query(
          `update rounds set lease_epoch = lease_epoch + 1, lease_until = null where status = 'running'`,
        ),
      );
      return [decline];
    });
    const company = await foundCompany(database, tenantId, {
      accounts: [imminentChurn.account],
      models: modelsOf(model),
    });
    await company.run(ANCHOR);
    expect([answers, await company.here((tx) => listProposals(tx, live))]).toEqual([2, []]);
    await company.tick(addMinutes(ANCHOR, 5));
    const [proposals, calls] = await company.here(async (tx) => [
      await listProposals(tx, live),
      await tx.query('select 1 from model_calls'),
    ]);
    expect(proposals.find(({ step }) => step === 'check-in')?.status).toBe('pending_approval');
    expect([answers, calls.length]).toEqual([2, 2]);
  });
});
