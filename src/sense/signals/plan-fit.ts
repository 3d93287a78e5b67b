import type { Plan } from '../../domain/tenant.ts';
import type { AccountView } from '../account-view.ts';
import { defineSignal, unknown } from './define.ts';
import { adoptionOf } from './feature-use.ts';
import { amountUsed } from './plan-limits.ts';
import { planTermsOf } from './subscription-terms.ts';

type Fit = {
  readonly fit: 'fits' | 'too_small' | 'too_large';
  readonly plan: string;
  /** The lowest plan that holds what is used; `null` where none does. */
  readonly fitting: string | null;
  /** What the current plan holds too little of, or what keeps a lower one from fitting. */
  readonly because: readonly string[];
};

const WHOLE = 10_000;
/** A plan fits while no more than this share of any of its limits is used: beyond it, growth has no room. */
const ROOM = 9_000;

export default defineSignal<Fit>({
  id: 'plan_fit',
  title: 'Fit of the plan',
  formula:
    'The lowest plan of plans.yaml that has every feature used in the last 12 weeks, and of whose limits no more than 90 % is used, against the plan they have (plan fit, expansion-triggers.txt)',
  unit: 'plan',
  needs: ['subscription', 'plan', 'seats_used', 'api_calls', 'storage_gb', 'feature:*'],
  read: (view) => {
    const plan = planTermsOf(view);
    if (plan === null) return unknown('no subscription is in force');
    const own = view.config.plans.find(({ id }) => id === plan.id);
    if (own === undefined) return unknown(`plan \`${plan.id}\` is not in plans.yaml`);
    const metrics = [...new Set(view.config.plans.flatMap(({ limits }) => Object.keys(limits)))];
    const used = metrics.flatMap((metric) => {
      const amount = amountUsed(view, metric);
      return amount === null ? [] : [{ metric, ...amount }];
    });
    // A limit of which nothing is received may be the one that does not hold.
    if (used.length < metrics.length || metrics.length === 0) {
      const missing = metrics.filter((id) => !used.some(({ metric }) => metric === id));
      return unknown(`not received: ${missing.join(', ') || 'any use that a plan limits'}`);
    }
    const { features, missing } = adoptionOf(view);
    const usedFeatures = features
      .filter(({ uses }) => uses.some((count) => count > 0))
      .map(({ feature }) => feature)
      .filter((feature) => view.config.plans.some((one) => one.features.includes(feature)));
    const amounts = new Map(used.map((one) => [one.metric, one.used]));
    const value = fitOf(view, own, amounts, usedFeatures);
    return {
      value,
      sources: [...new Set(used.flatMap(({ series }) => series.sources))].sort(),
      freshAt: used.reduce(
        (newest, { series }) => later(newest, series.freshAt),
        used[0]?.series.freshAt ?? null,
      ),
      coverage: Math.floor(
        ((used.length + features.length) * WHOLE) /
          (used.length + features.length + missing.length),
      ),
    };
  },
});

const later = <At extends string>(a: At | null, b: At | null): At | null =>
  a === null || (b !== null && b > a) ? b : a;

const fitOf = (
  { config }: AccountView,
  own: Plan,
  amounts: ReadonlyMap<string, number>,
  features: readonly string[],
): Fit => {
  const byRank = config.plans.toSorted((a, b) => a.rank - b.rank);
  const fitting = byRank.find((plan) => obstacles(plan, amounts, features).length === 0) ?? null;
  const lower = byRank.findLast(({ rank }) => rank < own.rank);
  const tooSmall = obstacles(own, amounts, features);
  const isLarger = fitting !== null && fitting.rank < own.rank;
  return {
    fit: tooSmall.length > 0 ? 'too_small' : isLarger ? 'too_large' : 'fits',
    plan: own.id,
    fitting: fitting?.id ?? null,
    because:
      tooSmall.length > 0 || lower === undefined ? tooSmall : obstacles(lower, amounts, features),
  };
};

/** Limits of which too much is used, and features in use that a plan does not have. */
const obstacles = (
  { limits, features: sold }: Plan,
  amounts: ReadonlyMap<string, number>,
  features: readonly string[],
): readonly string[] => [
  ...Object.entries(limits)
    .filter(([metric, limit]) => (amounts.get(metric) ?? 0) * WHOLE > limit * ROOM)
    .map(([metric]) => metric),
  ...(sold.length === 0 ? [] : features.filter((feature) => !sold.includes(feature))),
];
