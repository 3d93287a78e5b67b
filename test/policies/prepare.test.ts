import { describe, expect, it } from 'vitest';
import { evaluate } from '../../src/policies/evaluate.ts';
import { checkPolicies, preparePolicies, restorePolicies } from '../../src/policies/prepare.ts';
import { policyRequest } from '../../src/policies/request.ts';
import { aQuestion } from './question.ts';
import { ACTIONS, ask, ours, packaged } from './packaged.ts';
import { ROWS } from './rules.ts';

const faultsOf = (text: string, file = 'own.cedar') =>
  checkPolicies(packaged, { tenantFiles: { [file]: text }, actions: ACTIONS });

const rule = (condition: string, annotations = '@id("own") @reason("so it is")') =>
  `${annotations} forbid (principal, action, resource) when { ${condition} };`;

describe('checkPolicies', () => {
  it('finds nothing wrong with ours', () => {
    expect(checkPolicies(packaged, { tenantFiles: {}, actions: ACTIONS })).toEqual([]);
  });

  it.each([
    ['an input that nobody declares', rule('context.mood == "bad"'), /mood/],
    [
      'an action that no tool declares',
      '@id("own") @reason("x") forbid (principal, action == Action::"fly", resource);',
      /fly/,
    ],
    ['a comparison of unlike things', rule('context.moneyMinor > "much"'), /String|Long|type/],
    ['a rule that can never apply', rule('false'), /impossible|false/],
    ['a rule without a name', rule('context.outward', '@reason("x")'), /no @id/],
    ['a rule without a reason', rule('context.outward', '@id("own")'), /no @reason/],
    [
      'a role that does not exist',
      rule('context.outward', '@id("own") @reason("x") @approver("boss")'),
      /`boss`/,
    ],
    [
      'a viewer who would approve',
      rule('context.outward', '@id("own") @reason("x") @approver("viewer")'),
      /`viewer`/,
    ],
    [
      'a quorum that is no number',
      rule('context.outward', '@id("own") @reason("x") @approver("admin") @quorum("all")'),
      /`all`/,
    ],
    [
      'a quorum of nobody',
      rule('context.outward', '@id("own") @reason("x") @approver("admin") @quorum("0")'),
      /`0`/,
    ],
    [
      'a quorum without roles',
      rule('context.outward', '@id("own") @reason("x") @quorum("2")'),
      /no @approver/,
    ],
    [
      'a permit that one could approve',
      '@id("own") @reason("x") @approver("admin") permit (principal, action, resource);',
      /only a forbid/,
    ],
    [
      'a name of ours',
      rule('context.outward', '@id("base.holdout") @reason("x")'),
      /base\.holdout/,
    ],
    ['no Cedar at all', 'hello', /own\.cedar:1/],
  ])('refuses %s', (_, text, message) => {
    const faults = faultsOf(text);
    expect(faults.join('\n')).toMatch(message);
    expect(() =>
      preparePolicies(packaged, { tenantFiles: { 'own.cedar': text }, actions: ACTIONS }),
    ).toThrow(message);
  });

  it('keeps the base set out of reach', () => {
    expect(faultsOf('', 'base.cedar')).toEqual([
      '`base.cedar` is ours: give your file another name',
    ]);
    const permitting = {
      ...packaged,
      files: { 'base.cedar': '@id("p") @reason("x") permit (principal, action, resource);' },
    };
    expect(checkPolicies(permitting, { tenantFiles: {}, actions: ACTIONS })).toEqual([
      'base.cedar: `p` permits, and the base set only forbids',
    ]);
  });

  it('reports the faults of every file at once', () => {
    const faults = checkPolicies(packaged, {
      tenantFiles: { 'a.cedar': 'nonsense', 'b.cedar': rule('context.outward', '@id("b")') },
      actions: ACTIONS,
    });
    expect(faults.join('\n')).toMatch(/a\.cedar[^]*b\.cedar/);
  });
});

describe('preparePolicies', () => {
  it('gives the same version for the same texts, another for others', () => {
    const again = preparePolicies(
      { ...packaged, files: { ...packaged.files } },
      { tenantFiles: {}, actions: [...ACTIONS].reverse() },
    );
    expect(again.version).toBe(ours.version);
    const other = preparePolicies(packaged, {
      tenantFiles: { 'own.cedar': rule('context.outward') },
      actions: ACTIONS,
    });
    expect(other.version).not.toBe(ours.version);
  });

  it('is restored from what is stored, to the same version and the same answers', () => {
    const stored = JSON.parse(
      JSON.stringify({ schema: ours.schema, texts: ours.texts }),
    ) as typeof ours;
    const restored = restorePolicies(stored.schema, stored.texts);
    expect(restored.version).toBe(ours.version);
    expect([...restored.rules]).toEqual([...ours.rules]);
    for (const { question } of ROWS) expect(ask(question, restored)).toEqual(ask(question));
  });

  it('refuses what a set that cannot be read is asked, and disturbs no other by it', () => {
    const request = policyRequest(packaged.inputs, aQuestion());
    for (let index = 0; index < 40; index += 1) {
      const broken = { ...ours, version: `broken ${index}`, texts: { a: 'permit (' } };
      expect(evaluate(broken, request)).toMatchObject({ allowed: false, rules: [] });
      const own = { 'own.cedar': rule(`context.contactsLeft == ${index % 33}`) };
      const set = preparePolicies(packaged, { tenantFiles: own, actions: ACTIONS });
      const told = policyRequest(packaged.inputs, aQuestion({ contactsLeft: index % 33 }));
      expect(evaluate(set, told).rules).toContain('own');
      expect(evaluate(ours, request).allowed).toBe(true);
    }
  });

  it('answers rightly for many more sets than Cedar keeps parsed', () => {
    const sets = Array.from({ length: 36 }, (_, index) =>
      preparePolicies(packaged, {
        tenantFiles: { 'own.cedar': rule(`context.contactsLeft == ${index}`) },
        actions: ACTIONS,
      }),
    );
    const request = (contactsLeft: number) =>
      policyRequest(packaged.inputs, aQuestion({ contactsLeft }));
    for (const round of [0, 1]) {
      sets.forEach((set, index) => {
        expect(evaluate(set, request(index + 1)).rules, `round ${round}`).not.toContain('own');
        expect(evaluate(set, request(index)).rules).toContain('own');
      });
    }
  });
});
