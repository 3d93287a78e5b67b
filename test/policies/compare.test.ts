import { beforeAll, describe, expect, test } from 'vitest';
import { loadParts, type Parts } from '../../src/parts.ts';
import type { TenantConfig } from '../../src/domain/tenant.ts';
import { defaultTenantConfig } from '../../src/platform/config/default.ts';
import {
  comparePolicies,
  compareStrength,
  type PolicyComparison,
} from '../../src/policies/compare.ts';
import { leavesOf } from '../../src/policies/generated-cases.ts';
import { preparePolicies } from '../../src/policies/prepare.ts';

let parts: Parts;
let actions: string[];
beforeAll(async () => {
  parts = await loadParts();
  actions = parts.actTools.map(({ id }) => id);
});

const configOf = (changes: Partial<TenantConfig> = {}): TenantConfig => ({
  ...defaultTenantConfig({ id: 'acme', name: 'Acme', currency: 'USD', zone: 'UTC' }),
  approvals: {
    expireHours: 72,
    thresholds: { '*': { moneyMinor: 10_000, discountBasisPoints: 1000 } },
  },
  ...changes,
});

const sideOf = (config: TenantConfig) => ({
  config,
  policies: preparePolicies(parts.policies, { tenantFiles: config.policies, actions }),
});

const compare = (before: TenantConfig, after: TenantConfig): PolicyComparison => {
  const asking = comparePolicies(parts.policies.inputs, actions, sideOf(before), sideOf(after));
  for (;;) {
    const step = asking.next();
    if (step.done === true) return step.value;
  }
};

/** The packaged file of the tenant's rules with one text replaced. */
const rules = (from: string, to: string): TenantConfig => {
  const text = parts.policies.files['proposals.cedar'] ?? '';
  expect(text).toContain(from);
  return configOf({ policies: { 'proposals.cedar': text.replace(from, to) } });
};

describe('generated cases', () => {
  test('walk every input: both sides of each flag, what each text can be, each bound and the number above it', () => {
    const config = configOf();
    const leaves = leavesOf(parts.policies.inputs, [sideOf(config).policies], [config]);
    const values = new Map(leaves.map((leaf) => [leaf.path, leaf.values]));
    expect(values.get('recipient.consent')).toEqual([false, true]);
    expect(values.get('guards.billing')).toEqual(['clear', 'blocked', 'stale', 'not_applicable']);
    expect(values.get('moneyMinor')).toEqual(expect.arrayContaining([0, 10_000, 10_001]));
    // Twice the bound stands in a rule.
    expect(values.get('discountBp')).toEqual(expect.arrayContaining([1000, 1001, 2000, 2001]));
    for (const { path, values: own } of leaves)
      expect([path, own.length > 0]).toEqual([path, true]);
  });

  test('find nothing where nothing differs', () => {
    const { cases, flips } = compare(configOf(), configOf());
    expect(cases).toBeGreaterThan(50);
    expect(flips).toEqual([]);
  });

  test.each([
    [
      'a rule that asks a person is gone',
      'context.moneyMinor > context.thresholds.moneyMinor',
      'context.moneyMinor > 999999999',
      'escalate',
      'permit',
      '−proposals.money',
    ],
    ['fewer people suffice', '@quorum("2")', '@quorum("1")', 'escalate', 'escalate', ''],
    [
      'the bound of one rule moved by one',
      '2 * context.thresholds.discountBp',
      '2 * context.thresholds.discountBp + 1',
      'escalate',
      'escalate',
      '−proposals.discount-large',
    ],
    [
      'a rule permits what none did',
      '["service", "contract", "marketing"].contains(context.category)',
      '["service", "contract", "marketing", "internal"].contains(context.category)',
      'forbid',
      'permit',
      '+proposals.message',
    ],
  ] as const)('show it when %s', (_, from, to, before, after, rule) => {
    const { flips } = compare(configOf(), rules(from, to));
    const found = flips.filter(({ towardsPermit }) => towardsPermit);
    expect(found).toContainEqual(
      expect.objectContaining({
        before,
        after,
        rules: expect.arrayContaining(rule === '' ? [] : [rule]) as string[],
      }),
    );
    expect(flips.some(({ towardsPermit }) => !towardsPermit)).toBe(false);
  });

  test('show a bound that the files raise, with an example above the old one', () => {
    const raised = configOf({
      approvals: {
        expireHours: 72,
        thresholds: { '*': { moneyMinor: 20_000, discountBasisPoints: 1000 } },
      },
    });
    const [flip, ...others] = compare(configOf(), raised).flips;
    expect(others).toEqual([]);
    expect(flip).toMatchObject({ before: 'escalate', after: 'permit', towardsPermit: true });
    expect(flip?.example['moneyMinor']).toBeGreaterThan(10_000);
    expect(flip?.example['moneyMinor']).toBeLessThanOrEqual(20_000);
  });

  test('turned round, show the same kinds towards forbid, which nobody has to approve', () => {
    const laxer = rules('@quorum("2")', '@quorum("1")');
    const { flips } = compare(laxer, configOf());
    expect(flips.length).toBeGreaterThan(0);
    expect(flips.some(({ towardsPermit }) => towardsPermit)).toBe(false);
  });

  test('show one action that a rule names, and not the others', () => {
    const config = configOf({
      policies: {
        'own.cedar':
          '@id("own.discount")\n@reason("no discounts")\nforbid (principal, action == Action::"offer_save_discount", resource);',
      },
    });
    const { flips } = compare(config, configOf());
    expect(new Set(flips.map(({ action }) => action))).toEqual(new Set(['offer_save_discount']));
    expect(flips.every(({ towardsPermit, anyOther }) => towardsPermit && !anyOther)).toBe(true);
  });
});

test.each([
  ['forbid', 'permit', 1],
  ['none', 'escalate', 1],
  ['escalate', 'hold', 1],
  ['permit', 'hold', 0],
  ['permit', 'draft', -1],
] as const)('%s → %s', (before, after, sign) => {
  const strength = (verdict: string) => ({ verdict, quorum: 0, approvers: [] });
  expect(Math.sign(compareStrength(strength(before), strength(after)))).toBe(sign);
});
