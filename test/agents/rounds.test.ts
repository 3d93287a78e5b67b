import { beforeAll, describe, expect, test } from 'vitest';
import { listCases } from '../../src/act/cases/case-store.ts';
import { listRounds } from '../../src/act/cases/round-store.ts';
import { listOutbox } from '../../src/act/outbox/store.ts';
import { listProposals } from '../../src/act/settle/read.ts';
import { addMinutes } from '../../src/domain/time.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import type { AccountBlueprint } from '../../src/sample/define.ts';
import decliningRenewal from '../../src/sample/stories/declining-renewal.ts';
import imminentChurn from '../../src/sample/stories/imminent-churn.ts';
import rejectedInvites from '../../src/sample/stories/rejected-invites.ts';
import { ANCHOR, foundCompany } from '../fixtures/company.ts';
import { testDatabase } from '../support/database.ts';
import {
  inTurn,
  modelsOf,
  ScriptedModel,
  type Heard,
  type ScriptedAnswer,
} from '../support/scripted-model.ts';

/** Each of the six within whole rounds: from the facts, by its own prompt and tools, to what is filed and done. */

let database: OpenDatabase;
beforeAll(async () => {
  database = await testDatabase();
});

type Mode = 'hybrid' | 'agent';

interface Situation {
  readonly tenantId: string;
  readonly playbook: 'churn-save' | 'seat-expansion' | 'renewal-runway';
  readonly account: AccountBlueprint;
  readonly mode: Mode;
  readonly script: (heard: Heard, turn: number) => ScriptedAnswer;
  /** Whom the playbook is lent to; its own agent unless told. */
  readonly agent?: string;
}

/** Where a playbook's mode is said in the sample company's files, or would be. */
const modeEdit = (playbook: Situation['playbook'], mode: Mode): readonly [string, string] =>
  playbook === 'seat-expansion'
    ? ['    mode: rules\n', `    mode: ${mode}\n`]
    : [`  ${playbook}:\n`, `  ${playbook}:\n    mode: ${mode}\n`];

const through = async ({ tenantId, playbook, account, mode, script, agent }: Situation) => {
  const model = new ScriptedModel(script);
  const company = await foundCompany(database, tenantId, {
    accounts: [account],
    models: modelsOf(model),
    edits: { 'playbooks.yaml': [modeEdit(playbook, mode)] },
  });
  const lent = {
    ...company.parts,
    playbooks: company.parts.playbooks.map((one) =>
      one.id === playbook && agent !== undefined ? { ...one, agent } : one,
    ),
  };
  await company.run(ANCHOR, { parts: lent });
  await company.tick(addMinutes(ANCHOR, 1));
  return company.here(async (tx) => {
    const cases = await listCases(tx, { world: 'live' });
    const entry = cases.find((one) => one.playbook === playbook);
    const caseId = entry?.id ?? '';
    const rounds = await listRounds(tx, caseId);
    return {
      ...{ entry, round: rounds[0], heard: model.heard },
      prompt: company.parts.agents.find(({ id }) => id === entry?.agent)?.prompt.text,
      proposals: await listProposals(tx, { caseId }),
      outbox: await listOutbox(tx, { world: 'live' }),
    };
  });
};

const why = 'the facts say so';
const keep = (step: string) => ({ name: 'keep', args: { step, why } });
const decline = { name: 'decline', args: { step: null, why: 'nothing more is to be done' } };
const stepsOf = (proposals: readonly { readonly step: string | null }[]) =>
  proposals.map(({ step }) => step);

describe('sales', () => {
  const seats = { playbook: 'seat-expansion', account: rejectedInvites.account } as const;

  test('hybrid: offers fewer seats than the plan, by its own prompt, and what is permitted goes out', async () => {
    const fewer = (heard: Heard): ScriptedAnswer => {
      const brief = heard.messages[1]?.text ?? '';
      const planned = /offer_seats (\{.*?\}); because/u.exec(brief)?.[1] ?? '{}';
      const args = JSON.parse(planned) as { readonly seats: number };
      return [
        { name: 'offer_seats', args: { ...args, seats: args.seats - 1, step: 'offer-seats', why } },
      ];
    };
    const { entry, round, heard, prompt, proposals, outbox } = await through({
      ...{ ...seats, tenantId: 'sales-hybrid', mode: 'hybrid', script: fewer },
    });
    expect(entry?.agent).toBe('sales');
    expect(heard[0]?.messages[0]?.text).toBe(prompt);
    expect(heard[0]?.tools).toContain('offer_seats');
    expect(heard[0]?.tools).not.toContain('offer_save_discount');
    expect(round).toMatchObject({ mode: 'hybrid', note: null, thought: { agent: 'sales' } });
    const offer = proposals.find(({ tool }) => tool === 'offer_seats');
    expect(offer).toMatchObject({ proposedBy: 'model:scripted', ungrounded: ['seats'] });
    expect(stepsOf(proposals)).toContain('tell-sales');
    expect(outbox.map(({ port }) => port)).toContain('tasks');
  });

  test('agent: makes its own plan; what is mandatory is filed besides', async () => {
    const own = {
      name: 'send_in_app_message',
      args: {
        contactId: 'harbor-pine-champion',
        templateId: 'seats-full',
        audience: 'contact',
        step: null,
        why,
      },
    };
    const { round, proposals } = await through({
      ...{ ...seats, tenantId: 'sales-agent', mode: 'agent', script: inTurn([own]) },
    });
    expect(round).toMatchObject({ mode: 'agent', thought: { agent: 'sales', fault: null } });
    expect(stepsOf(proposals)).toEqual(['tell-sales', 'own-send-in-app-message']);
  });
});

describe('cs', () => {
  const renewal = { playbook: 'renewal-runway', account: decliningRenewal.account } as const;

  test('hybrid: keeps the plan of a renewal', async () => {
    const { round, proposals } = await through({
      ...{
        ...renewal,
        tenantId: 'renewal-hybrid',
        mode: 'hybrid',
        script: inTurn([keep('track-deal')]),
      },
    });
    expect(round).toMatchObject({ note: null, thought: { agent: 'cs', fault: null } });
    expect(proposals.every(({ proposedBy }) => proposedBy === 'model:scripted')).toBe(true);
  });

  test('agent: declines to do more, and what is mandatory is done all the same', async () => {
    const { round, proposals } = await through({
      ...{ ...renewal, tenantId: 'renewal-agent', mode: 'agent', script: inTurn([decline]) },
    });
    expect(round?.thought?.fault).toBeNull();
    const kept = round?.plan.filter(({ fate }) => fate === 'kept').map(({ step }) => step);
    expect(kept).toEqual(round?.plan.filter(({ mandatory }) => mandatory).map(({ step }) => step));
    expect(stepsOf(proposals)).toEqual(kept);
  });
});

/** No playbook is theirs yet: each is lent a save, and consulted about one. */
describe.each(['billing', 'product', 'support', 'compliance'])('%s', (agent) => {
  const save = { playbook: 'churn-save', account: imminentChurn.account } as const;
  const task = {
    name: 'open_task',
    args: {
      ...{ kind: 'alert_account_manager', dueBusinessDays: 2, cites: ['mrr'], remarks: [] },
      ...{ step: null, why },
    },
  };
  const offer = {
    name: 'offer_save_discount',
    args: {
      ...{ contactId: 'granite-energy-champion', basisPoints: 1000, months: 1 },
      ...{ step: 'save-discount', why },
    },
  };

  test('hybrid: is offered its own tools alone, and a plan beyond them is not filed', async () => {
    const { round, heard, prompt, proposals } = await through({
      ...{ ...save, tenantId: `${agent}-hybrid`, agent, mode: 'hybrid' },
      script: inTurn([offer], [keep('alert')]),
    });
    expect(heard[0]?.messages[0]?.text).toBe(prompt);
    expect(heard[0]?.tools).toContain('open_task');
    expect(heard[0]?.tools).not.toContain('offer_save_discount');
    // It calls a tool that it does not have, is told so, and answers.
    expect(round?.thought).toMatchObject({ agent, calls: 2, fault: null });
    expect(stepsOf(proposals)).toContain('alert');
    expect(proposals.map(({ tool }) => tool)).not.toContain('offer_save_discount');
    expect(round?.refused).toContainEqual(expect.objectContaining({ tool: 'offer_save_discount' }));
  });

  test('agent: asks for a task, which policy lets through', async () => {
    const { round, proposals, outbox } = await through({
      ...{ ...save, tenantId: `${agent}-agent`, agent, mode: 'agent', script: inTurn([task]) },
    });
    expect(round).toMatchObject({ mode: 'agent', thought: { agent, fault: null } });
    const filed = proposals.filter(({ tool }) => tool === 'open_task');
    expect(filed.length).toBeGreaterThan(0);
    expect(proposals.map(({ tool }) => tool)).toEqual(filed.map(() => 'open_task'));
    const ids = new Set(filed.map(({ id }) => id));
    expect(outbox.some(({ proposalId }) => ids.has(proposalId ?? ''))).toBe(true);
  });

  test('consulted: answers by its own prompt from what there is to read, and files nothing', async () => {
    const { round, heard, proposals } = await through({
      ...{ ...save, tenantId: `${agent}-consulted`, mode: 'hybrid' },
      script: inTurn(
        [{ name: 'consult', args: { agent, question: 'What do you know of them?' } }],
        [{ name: 'renewals', args: {} }],
        [{ name: 'answer', args: { text: 'Nothing that speaks against it.' } }],
        [keep('check-in')],
      ),
    });
    const asked = heard[1];
    expect(asked?.messages[0]?.text).not.toBe(heard[0]?.messages[0]?.text);
    expect(asked?.tools).toContain('answer');
    expect(asked?.tools).not.toContain('open_task');
    expect(asked?.tools).not.toContain('consult');
    expect(round?.thought).toMatchObject({
      ...{ agent: 'cs', calls: 4, read: ['renewals'] },
      consulted: [
        { agent, question: 'What do you know of them?', answer: 'Nothing that speaks against it.' },
      ],
    });
    expect(proposals.every(({ agent: by }) => by === 'cs')).toBe(true);
  });
});
