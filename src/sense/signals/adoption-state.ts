import type { AccountView } from '../account-view.ts';
import type { Adoption } from './feature-use.ts';
import { planTermsOf } from './subscription-terms.ts';

/** Features by how far they have been taken up. */
export type FeatureStates = {
  readonly adopted: readonly string[];
  readonly tried: readonly string[];
  readonly unused: readonly string[];
};

/** About once a week: less often is a try and no habit. */
const HABIT_DAYS = 4;

/** Features of the account's plan, all declared ones where the plan is not known or lists none. */
export const includedFeatures = (view: AccountView): readonly string[] => {
  const plan = planTermsOf(view);
  const listed = view.config.plans.find(({ id }) => id === plan?.id)?.features ?? [];
  return listed.length > 0 ? listed : view.config.features.map(({ id }) => id);
};

/** Sorts features by their use in the last 28 days. Those whose use nobody ever sent are left out: it is not known. */
export const adoptionStates = (
  view: AccountView,
  { features, missing }: Adoption,
  wanted: readonly string[],
): FeatureStates => {
  const days = new Map(features.map((use) => [use.feature, use.activeDays]));
  const silent = new Set(
    view.config.metrics.flatMap(({ id, feature }) => (missing.includes(id) ? [feature] : [])),
  );
  const known = wanted.filter((feature) => !silent.has(feature));
  const between = (least: number, most: number) =>
    known.filter((feature) => {
      const active = days.get(feature) ?? 0;
      return active >= least && active <= most;
    });
  return {
    adopted: between(HABIT_DAYS, Infinity),
    tried: between(1, HABIT_DAYS - 1),
    unused: between(0, 0),
  };
};

/** Adopted features of all, in basis points, rounded down; 0 of none. */
export const shareAdopted = ({ adopted, tried, unused }: FeatureStates): number =>
  Math.floor(
    (adopted.length * 10_000) / Math.max(1, adopted.length + tried.length + unused.length),
  );
