import type { TenantConfig } from '../../domain/tenant.ts';
import type { AccountView } from '../../sense/account-view.ts';
import { addSeries, sumOf, windowOf } from '../../sense/series/windows.ts';

/** What anybody could do with a spreadsheet, and what a playbook must be better than. */
export interface NaiveRule {
  readonly text: string;
  readonly flags: (view: AccountView) => boolean;
}

const DAYS = 30;

/** Logins fell by half over 30 days; where the tenant counts none, the use of all features taken together. */
export const naiveRule = (metrics: readonly string[], config: TenantConfig): NaiveRule => {
  const wanted = metrics.includes('logins') ? ['logins'] : metrics.filter(isUse(config));
  const what = wanted.includes('logins') ? 'logins' : 'uses of all features';
  return {
    text: `${what} of the last ${DAYS} days are half of the ${DAYS} days before, or less`,
    flags: (view) => {
      const own = wanted.flatMap((metric) => view.series(metric, 2 * DAYS) ?? []);
      const days = addSeries(own.map(({ all }) => all));
      const before = sumOf(windowOf(days, DAYS, DAYS)) ?? 0;
      return before > 0 && 2 * (sumOf(windowOf(days, DAYS)) ?? 0) <= before;
    },
  };
};

const isUse =
  ({ metrics }: TenantConfig) =>
  (id: string): boolean =>
    id.startsWith('feature:') || metrics.some((one) => one.id === id && one.feature !== undefined);
