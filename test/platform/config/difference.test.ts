import { describe, expect, it } from 'vitest';
import type { TenantConfig } from '../../../src/domain/tenant.ts';
import { configDifference } from '../../../src/platform/config/difference.ts';
import { defaultTenantConfig } from '../../../src/platform/config/default.ts';

const plan = (id: string, minor: number): TenantConfig['plans'][number] => ({
  id,
  name: id,
  rank: 1,
  tier: id,
  seatPrice: { minor, currency: 'USD' },
  limits: {},
  features: [],
});

const before: TenantConfig = {
  ...defaultTenantConfig({ id: 'acme', name: 'Acme', currency: 'USD', zone: 'UTC' }),
  plans: [plan('starter', 1900), plan('growth', 4900)],
};

describe('the difference of two configurations', () => {
  it('is nothing for the same one, whatever its version and order of keys', () => {
    const { zone, ...rest } = before;
    expect(configDifference(before, { zone, ...rest, version: 7 })).toEqual([]);
  });

  it('names each setting that changed, came or went', () => {
    const after: TenantConfig = {
      ...before,
      suspended: true,
      holidays: ['2026-01-01'],
      ceiling: { '*': 'observe', 'a/b': 'auto' },
    };
    expect(configDifference(before, after)).toEqual([
      { path: 'ceiling.*', before: 'approve', after: 'observe' },
      { path: 'ceiling.a/b', before: undefined, after: 'auto' },
      { path: 'holidays', before: [], after: ['2026-01-01'] },
      { path: 'suspended', before: false, after: true },
    ]);
  });

  it('knows plans by their id, not by their place', () => {
    const after = {
      ...before,
      plans: [plan('free', 0), plan('growth', 5900), plan('starter', 1900)],
    };
    const paths = configDifference(before, after).map(({ path }) => path);
    expect(paths).toContain('plans.growth.seatPrice.minor');
    expect(paths).toContain('plans.free.seatPrice.minor');
    expect(paths.filter((path) => path.startsWith('plans.starter'))).toEqual([]);
  });
});
