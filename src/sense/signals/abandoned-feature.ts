import { addDays, type Day } from '../../domain/time.ts';
import type { AccountView } from '../account-view.ts';
import { daysSinceActive } from '../series/windows.ts';
import featureInterest, { type FeatureInterest } from '../state/feature-interest.ts';
import { defineSignal, unknown, type Reading } from './define.ts';
import { adoptionOf, featureMetrics } from './feature-use.ts';
import { unfinishedToday } from './freshness.ts';

type Abandoned = {
  readonly feature: string;
  readonly name: string;
  readonly kind: FeatureInterest['kind'];
  readonly lastUsedOn: Day;
  readonly quietDays: number;
};

const LOOK_BACK = 180;
const LEAST_QUIET_DAYS = 14;
const LEAST_ACTIVE_DAYS = 3;

export default defineSignal<readonly Abandoned[]>({
  id: 'abandoned_feature',
  title: 'Abandoned features',
  formula:
    'Features asked for or sold (requirement C6) that were used on 3 days or more of the last 180 and have rested for more than 14 days, and more than three times their usual gap between days of use',
  unit: 'features',
  needs: ['feature_interest', 'feature:*'],
  read: (view): Reading<readonly Abandoned[]> => {
    const adoption = adoptionOf(view);
    if (adoption.sources.length === 0 && adoption.features.length === 0) {
      return unknown('no feature use is received', adoption.freshAt);
    }
    const interests = [
      ...new Map(view.current(featureInterest).map(({ data }) => [data.feature, data])).values(),
    ];
    const metricOf = new Map(
      [...featureMetrics(view)].map(([metric, feature]) => [feature, metric]),
    );
    const value = interests.flatMap((interest) => {
      const rest = restOf(view, metricOf.get(interest.feature));
      return rest === null ? [] : [{ ...named(view, interest), ...rest }];
    });
    return { value, sources: adoption.sources, freshAt: adoption.freshAt, coverage: 10_000 };
  },
});

const named = (view: AccountView, { feature, kind }: FeatureInterest) => ({
  feature,
  name: view.config.features.find(({ id }) => id === feature)?.name ?? feature,
  kind,
});

/** Since when a feature that was in use rests; `null` while it is used, or was hardly ever used. */
const restOf = (
  view: AccountView,
  metric: string | undefined,
): { readonly lastUsedOn: Day; readonly quietDays: number } | null => {
  const series = metric === undefined ? null : view.series(metric, LOOK_BACK);
  const quiet = series === null ? null : daysSinceActive(series.all);
  if (series === null || quiet === null) return null;
  const used = series.all.flatMap((value, index) => (value !== null && value > 0 ? [index] : []));
  if (used.length < LEAST_ACTIVE_DAYS) return null;
  const span = (used.at(-1) ?? 0) - (used[0] ?? 0);
  const usualGap = span / (used.length - 1);
  const quietDays = quiet - unfinishedToday(view);
  return quietDays > Math.max(LEAST_QUIET_DAYS, 3 * usualGap)
    ? { lastUsedOn: addDays(view.today, -quiet), quietDays }
    : null;
};
