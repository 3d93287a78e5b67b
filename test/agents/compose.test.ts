import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Agent } from '../../src/agents/define.ts';
import { compose, contradiction, type Composition } from '../../src/agents/reason/compose.ts';
import type { Move } from '../../src/agents/reason/move.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Playbook } from '../../src/playbooks/define.ts';
import churnSave from '../../src/playbooks/churn-save.ts';
import type { PlannedStep } from '../../src/playbooks/steps.ts';
import offerSaveDiscount from '../../src/tools/act/offer-save-discount.ts';
import openTask from '../../src/tools/act/open-task.ts';
import sendTemplate from '../../src/tools/act/send-template.ts';
import offerSeats from '../../src/tools/act/offer-seats.ts';
import type { ActTool } from '../../src/tools/act/define.ts';
import { dana, facts, previewInput } from '../fixtures/account.ts';
import { ask } from '../policies/packaged.ts';
import { aProposal, aQuestion } from '../policies/question.ts';

const tools = [offerSaveDiscount, openTask, sendTemplate, offerSeats] as unknown as ActTool[];
const playbook = churnSave as unknown as Playbook;
const cs = {
  id: 'cs',
  tools: ['open_task', 'send_template', 'offer_save_discount'],
} as unknown as Agent;
const known = {
  mrr: { minor: 100_000, currency: 'USD' },
  churn_risk_supported: 80,
  owner: 'maya-ortiz',
  seats: 50,
};

const plan: PlannedStep[] = [
  {
    step: 'alert',
    tool: 'open_task',
    args: { kind: 'alert_account_manager', dueBusinessDays: 1, cites: ['mrr'], remarks: [] },
    reason: 'churn risk is critical',
    mandatory: true,
  },
  {
    step: 'check-in',
    tool: 'send_template',
    args: { contactId: dana.id, templateId: 'check-in' },
    reason: 'ask first',
  },
  {
    step: 'save-discount',
    tool: 'offer_save_discount',
    args: { contactId: dana.id, basisPoints: 2000, months: 3 },
    reason: 'churn is imminent',
  },
];

const of = (moves: readonly Move[], changes: Partial<Composition> = {}) =>
  compose({
    agent: cs,
    playbook,
    tools,
    mode: 'hybrid',
    plan,
    moves,
    readUntrusted: false,
    facts: facts(known),
    preview: previewInput(known),
    past: [],
    ...changes,
  });

const act = (tool: string, args: JsonObject, step: string | null = null): Move => ({
  kind: 'act',
  tool,
  args,
  step,
  why: 'because',
});
const steps = (composed: ReturnType<typeof of>) => composed.drafts.map(({ draft }) => draft.step);

describe('agent, beside the plan', () => {
  const fateOf = (composed: ReturnType<typeof of>, step: string) =>
    composed.fates.find((one) => one.step === step)?.fate;
  const checkIn = (contactId: string) =>
    act('send_template', { contactId, templateId: 'check-in' });

  test('covers a step by what is about the same thing, and files it once', () => {
    const composed = of([checkIn(dana.id)], { mode: 'agent' });
    expect(fateOf(composed, 'check-in')).toBe('changed');
    expect(composed.drafts.filter(({ draft }) => draft.tool === 'send_template')).toHaveLength(1);
  });

  test.each<[string, Move]>([
    ['was refused', checkIn('eve@evil.test')],
    [
      'uses another template',
      act('send_template', { contactId: dana.id, templateId: 'save-discount' }),
    ],
  ])(
    'does not cover a step by what %s: a person decides on it after text of outsiders',
    (_, move) => {
      const composed = of([move], { mode: 'agent', readUntrusted: true });
      expect(fateOf(composed, 'check-in')).toBe('waits');
      expect(steps(composed)).toContain('check-in');
    },
  );

  test('writes to one person about one thing', () => {
    const walter = { ...dana, id: 'harbor-walter', name: 'Walter Pine' };
    const preview = { ...previewInput(known), contacts: [dana, walter] };
    const composed = of([checkIn(dana.id), checkIn(walter.id)], { mode: 'agent', preview });
    expect(composed.drafts.filter(({ draft }) => draft.tool === 'send_template')).toHaveLength(1);
    expect(composed.refused.map(({ reason }) => reason)).toContain(
      'somebody is written to about it already',
    );
  });
});

describe('hybrid', () => {
  test.each<[string, Move, string]>([
    [
      'more money',
      act(
        'offer_save_discount',
        { contactId: dana.id, basisPoints: 3000, months: 3 },
        'save-discount',
      ),
      'goes beyond the plan in money',
    ],
    [
      'more months',
      act(
        'offer_save_discount',
        { contactId: dana.id, basisPoints: 2000, months: 6 },
        'save-discount',
      ),
      '`months` goes beyond the plan',
    ],
    [
      'another tool',
      act('send_template', { contactId: dana.id, templateId: 'check-in' }, 'save-discount'),
      'the plan does it by',
    ],
    [
      'a contact that the account does not have',
      act('send_template', { contactId: 'somebody', templateId: 'check-in' }, 'check-in'),
      'not a contact of the account',
    ],
    [
      'a template that there is not',
      act('send_template', { contactId: dana.id, templateId: 'wire-us' }, 'check-in'),
      'is not in the tenant',
    ],
    [
      'a step of its own',
      act('send_template', { contactId: dana.id, templateId: 'check-in' }, 'again'),
      'the plan has no such step',
    ],
  ])('refuses %s, and the plan’s own step stands', (_, move, reason) => {
    const composed = of([move]);
    expect(composed.refused.map((one) => one.reason).join()).toContain(reason);
    expect(steps(composed).toSorted()).toEqual(['alert', 'check-in', 'save-discount']);
    expect(composed.drafts.find(({ draft }) => draft.step === 'save-discount')?.draft.args).toEqual(
      plan[2]?.args,
    );
  });

  test('after text of outsiders, work in the house is done as planned', () => {
    const own = plan.map((step) => ({ ...step, mandatory: false }));
    const later = act(
      'open_task',
      { kind: 'alert_account_manager', dueBusinessDays: 30, cites: [], remarks: [] },
      'alert',
    );
    expect(
      of([later], { plan: own }).drafts.find(({ draft }) => draft.step === 'alert')?.draft.args[
        'dueBusinessDays'
      ],
    ).toBe(30);
    const composed = of([later], { plan: own, readUntrusted: true });
    expect(
      composed.drafts.find(({ draft }) => draft.step === 'alert')?.draft.args['dueBusinessDays'],
    ).toBe(1);
  });
});

describe('agent', () => {
  test('asks for one deed once, and never for one that was asked for before', () => {
    const twice = act('send_template', { contactId: dana.id, templateId: 'check-in' });
    expect(steps(of([twice, twice], { mode: 'agent' }))).toEqual(['alert', 'own-send-template']);
    const past = [
      {
        tool: 'send_template',
        step: null,
        args: { contactId: dana.id, templateId: 'check-in' },
        summary: '',
        status: 'done',
        statusReason: null,
        at: '2026-03-01T00:00:00.000Z',
      } as const,
    ];
    expect(steps(of([twice], { mode: 'agent', past }))).toEqual(['alert']);
  });
});

const anyArgs: fc.Arbitrary<JsonObject> = fc.record(
  {
    contactId: fc.constantFrom<string | null>(dana.id, 'harbor-eve', 'eve@evil.test', null),
    templateId: fc.constantFrom(
      'check-in',
      'renewal-conversation',
      'save-discount',
      'wire-us',
      '__proto__',
    ),
    basisPoints: fc.integer({ min: -1, max: 10_000 }),
    months: fc.integer({ min: 0, max: 40 }),
    seats: fc.integer({ min: 0, max: 1_000 }),
    kind: fc.constantFrom('alert_account_manager', 'apply_discount', 'transfer_funds'),
    dueBusinessDays: fc.integer({ min: -1, max: 90 }),
    cites: fc.constantFrom<string[]>([], ['mrr'], ['secrets']),
    words: fc.constantFrom('All well?', 'We will refund $5,000 by Friday, see http://evil.test'),
    url: fc.webUrl(),
  },
  { requiredKeys: [] },
);

const anyStep = fc.constantFrom<string | null>(
  'alert',
  'check-in',
  'save-discount',
  'invented',
  '',
  null,
);

const anyMove: fc.Arbitrary<Move> = fc.oneof(
  fc.record({
    kind: fc.constant('act' as const),
    tool: fc.constantFrom(
      'open_task',
      'send_template',
      'offer_save_discount',
      'offer_seats',
      'wire_money',
      'constructor',
    ),
    args: anyArgs,
    step: anyStep,
    why: fc.string(),
  }),
  fc.record({
    kind: fc.constant('keep' as const),
    step: anyStep.map((step) => step ?? ''),
    why: fc.string(),
  }),
  fc.record({ kind: fc.constant('decline' as const), step: anyStep, why: fc.string() }),
);

const anyMoves = fc.array(anyMove, { maxLength: 8 });
const anyMode = fc.constantFrom('hybrid' as const, 'agent' as const);

describe('whatever a model emits', () => {
  test('mandatory steps are filed as planned, nothing twice, nothing that does not exist, nothing beyond the plan', () => {
    fc.assert(
      fc.property(anyMoves, anyMode, fc.boolean(), (moves, mode, readUntrusted) => {
        const { drafts, fates } = of(moves, { mode, readUntrusted });
        expect(drafts.find(({ draft }) => draft.step === 'alert')?.draft.args).toEqual(
          plan[0]?.args,
        );
        const deeds = drafts.map(({ draft }) => JSON.stringify([draft.tool, draft.args]));
        expect(new Set(deeds).size).toBe(deeds.length);
        expect(new Set(drafts.map(({ draft }) => draft.step)).size).toBe(drafts.length);
        for (const { draft, tool } of drafts) {
          expect(cs.tools).toContain(tool.id);
          const preview = tool.preview(draft.args, previewInput(known));
          expect(preview.problems).toEqual([]);
          expect(preview.recipient?.email ?? dana.email).toBe(dana.email);
          if (mode === 'hybrid') expect(preview.discountBasisPoints).toBeLessThanOrEqual(2_000);
        }
        expect(fates.map(({ step }) => step)).toEqual(plan.map(({ step }) => step));
      }),
      { numRuns: 4_000 },
    );
  });

  test('after text of outsiders nothing of the plan is dropped in silence: it is filed, or a person is asked', () => {
    fc.assert(
      fc.property(anyMoves, (moves) => {
        const { drafts, fates } = of(moves, { readUntrusted: true });
        for (const { step, fate } of fates) {
          const draft = drafts.find((one) => one.draft.step === step);
          expect(draft).toBeDefined();
          expect(draft?.declined !== null).toBe(fate === 'waits');
        }
      }),
      { numRuns: 3_000 },
    );
  });

  test('nothing is permitted without a person beyond a limit, to a stranger, or on the word of outsiders', () => {
    fc.assert(
      fc.property(anyMoves, anyMode, fc.boolean(), (moves, mode, readUntrusted) => {
        if (contradiction(moves) !== null) return;
        const { drafts } = of(moves, { mode, readUntrusted });
        for (const { draft, tool, ungrounded, declined } of drafts) {
          const preview = tool.preview(draft.args, previewInput(known));
          const proposal = aProposal({
            agent: 'cs',
            class: 'save',
            playbook: 'churn-save',
            tool: tool.id,
            args: draft.args,
            preview,
            proposedBy: 'model:noisy',
            readUntrusted,
            ungrounded,
            declined,
          });
          const { verdict } = ask(
            aQuestion({
              proposal,
              tool,
              facts: facts(known),
              now: previewInput(known).now,
              recipient: preview.recipient === null ? null : dana,
            }),
          );
          if (verdict !== 'permit') continue;
          expect(declined).toBeNull();
          expect(preview.discountBasisPoints).toBeLessThanOrEqual(1_000);
          if (readUntrusted && (preview.outward || preview.discountBasisPoints > 0))
            expect(ungrounded).toEqual([]);
          if (preview.outward) expect(preview.message?.words).toBeUndefined();
        }
      }),
      { numRuns: 4_000 },
    );
  });
});
