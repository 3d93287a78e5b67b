import { describe, expect, it } from 'vitest';
import { preparePolicies } from '../../src/policies/prepare.ts';
import { policyRequest } from '../../src/policies/request.ts';
import { decide } from '../../src/policies/decide.ts';
import { aPreview, aProposal, aQuestion, OPEN_GUARDS } from './question.ts';
import { ACTIONS, ask, ours, packaged, rulesOf, without } from './packaged.ts';
import { PERMITTED, ROWS } from './rules.ts';

const withTenant = (tenantFiles: Record<string, string>) =>
  preparePolicies(packaged, { tenantFiles, actions: ACTIONS });

const LAX = '@id("all") @reason("why not") permit (principal, action, resource);';

describe('the packaged rules', () => {
  it.each(ROWS)('$rule: $verdict when $why', ({ rule, question, verdict }) => {
    const outcome = ask(question);
    expect(outcome.verdict).toBe(verdict);
    expect(rulesOf(outcome)).toContain(rule);
  });

  it.each(PERMITTED)('permits $why', ({ question }) => {
    expect(ask(question)).toMatchObject({ verdict: 'permit' });
  });

  const forbids = [...ours.rules.values()].filter(({ effect }) => effect === 'forbid');

  // Against a tenant who permits everything, so that the default deny does not stand in for a rule that is gone.
  it.each(forbids)('without $id some question of the table is answered otherwise', ({ id }) => {
    const lax = { tenantFiles: { 'lax.cedar': LAX }, actions: ACTIONS };
    const weaker = preparePolicies({ ...packaged, files: without(id) }, lax);
    expect(weaker.rules.has(id)).toBe(false);
    const told = ROWS.filter(({ rule, question, verdict }) => {
      const outcome = ask(question, weaker);
      return (
        rule === id && (outcome.verdict !== verdict || outcome.quorum !== ask(question).quorum)
      );
    });
    expect(told.map(({ why }) => why)).not.toEqual([]);
  });

  it('fills the reasons with figures for people', () => {
    const { reasons } = ask(
      ROWS.find(({ rule }) => rule === 'proposals.discount')?.question ?? aQuestion(),
    );
    expect(reasons.map(({ text }) => text)).toEqual([
      'discounts of 10.01 % in 90 days are above 10 %, the limit of tier growth',
    ]);
    for (const { question } of ROWS) {
      for (const { text } of ask(question).reasons) expect(text).not.toMatch(/\{[\w.]+\}/);
    }
  });
});

describe('decide', () => {
  it('denies by default', () => {
    const outcome = ask(
      aQuestion({ rung: 'auto', proposal: aProposal({ preview: aPreview({ outward: false }) }) }),
    );
    expect(outcome).toMatchObject({
      verdict: 'forbid',
      reasons: [{ rule: 'default.deny', text: 'no rule permits it' }],
    });
  });

  it('names every rule that applies, not only the first', () => {
    const outcome = ask(aQuestion({ holdout: true, contactsLeft: 0, rung: 'observe' }));
    expect(rulesOf(outcome)).toEqual(['autonomy.observe', 'base.contact-cap', 'base.holdout']);
  });

  it('forbids when one of several rules cannot be lifted', () => {
    const outcome = ask(aQuestion({ rung: 'approve', holdout: true }));
    expect(outcome.verdict).toBe('forbid');
    expect(rulesOf(outcome)).toEqual(['autonomy.approve', 'base.holdout']);
  });

  it('escalates to the roles that suffice for every rule and to the highest quorum', () => {
    const stricter = withTenant({
      'board.cedar':
        '@id("board") @reason("the board wants to see it") @approver("admin") @quorum("1") forbid (principal, action, resource);',
    });
    const question = aQuestion({
      proposal: aProposal({ preview: aPreview({ discountBasisPoints: 2_500 }) }),
    });
    const admins = [{ roles: ['admin'] }, { roles: ['admin'] }];
    expect(ask(question, stricter, admins)).toMatchObject({
      verdict: 'escalate',
      approvers: ['admin'],
      quorum: 2,
    });
    expect(rulesOf(ask(question, stricter, admins))).toEqual([
      'board',
      'proposals.discount',
      'proposals.discount-large',
    ]);
  });

  it('says so when too few people may be asked', () => {
    const outcome = ask(aQuestion({ rung: 'approve' }), ours, [{ roles: ['operator'] }]);
    expect(outcome.verdict).toBe('forbid');
    expect(outcome.reasons).toContainEqual({
      rule: 'approval.nobody-eligible',
      text: 'it needs 1 of approver or admin besides the proposer, and there are 0',
    });
  });

  it('asks nobody to approve what no rule permits', () => {
    const bare = withTenant({ 'proposals.cedar': '// nothing is permitted here' });
    expect(ask(aQuestion({ rung: 'approve' }), bare)).toMatchObject({ verdict: 'forbid' });
  });

  it.each([
    { given: { count: 1, roles: ['approver'] as const }, verdict: 'permit' },
    { given: { count: 1, roles: ['viewer', 'operator'] as const }, verdict: 'forbid' },
    { given: { count: 1, roles: [] as const }, verdict: 'forbid' },
  ])('asked with $given it must allow: $verdict', ({ given, verdict }) => {
    expect(ask(aQuestion({ rung: 'approve', approval: given })).verdict).toBe(verdict);
  });

  it('forbids when the approval no longer suffices', () => {
    const question = aQuestion({
      rung: 'approve',
      approval: { count: 1, roles: ['viewer', 'operator', 'approver'] },
      proposal: aProposal({ preview: aPreview({ discountBasisPoints: 2_500 }) }),
    });
    expect(rulesOf(ask(question))).toEqual(['proposals.discount-large']);
  });

  it('lifts nothing but liftable rules', () => {
    for (const { question, verdict } of ROWS) {
      const approved = ask({
        ...question,
        approval: { count: 9, roles: ['viewer', 'operator', 'approver', 'admin'] },
      });
      expect(approved.verdict).toBe(verdict === 'escalate' ? 'permit' : 'forbid');
    }
  });

  it('forbids an action that no tool declares', () => {
    const outcome = ask(aQuestion({ tool: { id: 'wire_money', maxFactAgeHours: 1, reads: [] } }));
    expect(outcome).toMatchObject({ verdict: 'forbid', reasons: [{ rule: 'policy.error' }] });
  });

  it.each([
    { context: { moneyMinor: 1.5 } },
    { context: { discountBp: 'none' } },
    { context: { approval: { count: 0 } } },
    { context: { surprise: true } },
  ])('forbids a request that does not fit the schema: $context', ({ context }) => {
    const request = policyRequest(packaged.inputs, aQuestion());
    const outcome = decide(
      ours,
      { ...request, context: { ...request.context, ...context } },
      { eligible: [{ roles: ['admin'] }] },
    );
    expect(outcome).toMatchObject({ verdict: 'forbid', reasons: [{ rule: 'policy.error' }] });
  });

  it('forbids when a rule fails, since Cedar leaves a failing forbid out', () => {
    const failing = withTenant({
      'sum.cedar':
        '@id("sum") @reason("too much") forbid (principal, action, resource) when { context.moneyMinor * 9223372036854775807 > 1 };',
    });
    const outcome = ask(aQuestion(), failing);
    expect(outcome.verdict).toBe('forbid');
    expect(rulesOf(outcome)).toContain('policy.error');
  });

  it('takes an absent guard for a closed one', () => {
    const others = Object.fromEntries(
      Object.entries(OPEN_GUARDS).filter(([id]) => id !== 'billing'),
    );
    expect(rulesOf(ask(aQuestion({ guards: others })))).toEqual(['base.sell-billing']);
  });

  it('adds the rules of a tenant, which cannot lift ours', () => {
    const lax = withTenant({
      'lax.cedar': '@id("all") @reason("why not") permit (principal, action, resource);',
    });
    expect(
      ask(aQuestion({ proposal: aProposal({ preview: aPreview({ outward: false }) }) }), lax)
        .verdict,
    ).toBe('permit');
    for (const { question, verdict } of ROWS) expect(ask(question, lax).verdict).toBe(verdict);
  });
});
