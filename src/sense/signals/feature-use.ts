import type { Day, Instant } from '../../domain/time.ts';
import type { AccountView } from '../account-view.ts';
import { activeDays, sumOf, windowOf, type Days } from '../series/windows.ts';
import { unknown, type Reading } from './define.ts';
import { perView } from './per-view.ts';
import { daysApart, seriesSilence, unfinishedToday } from './freshness.ts';

/** Use of one feature in three windows of four weeks, newest first. */
export interface FeatureUse {
  readonly feature: string;
  readonly metric: string;
  readonly uses: readonly [number, number, number];
  /** Days with any use in the newest window. */
  readonly activeDays: number;
  readonly activeDaysBefore: number;
}

/**
 * Use of all features of an account, and which of the declared ones send nothing. Features come by one feed: while any
 * of them is heard from, silence of another is disuse, even where this account is its only user.
 */
export interface Adoption {
  readonly features: readonly FeatureUse[];
  readonly missing: readonly string[];
  readonly sources: readonly string[];
  readonly freshAt: Instant | null;
  /** Days for which any feature's use has been received. */
  readonly days: number;
}

/** Metric id → feature id: those that the tenant declares, and `feature:<id>` that merely arrive. */
export const featureMetrics = perView(
  (view): ReadonlyMap<string, string> =>
    new Map([
      ...view.metrics
        .filter((id) => id.startsWith(PREFIX))
        .map((id) => [id, featureOf(id)] as const),
      ...view.config.metrics.flatMap(({ id, feature }) =>
        feature === undefined ? [] : [[id, feature] as const],
      ),
    ]),
);

const PREFIX = 'feature:';
const featureOf = (metric: string): string => metric.slice(PREFIX.length);

const WINDOW = 28;
const WHOLE = 10_000;

/** Reads the use of every feature over the last twelve weeks. Remembered by view, since several signals ask. */
export const adoptionOf = perView((view): Adoption => {
  const metrics = [...featureMetrics(view)];
  const ids = metrics.map(([metric]) => metric);
  const freshAt = latest(ids.map(view.tenantFreshAt));
  if (seriesSilence(view, 'count', freshAt) !== null) return { ...NONE, missing: ids, freshAt };
  const arrived = metrics.flatMap(([metric, feature]) => {
    const series = view.series(metric, 3 * WINDOW + 1);
    return series === null ? [] : [{ metric, feature, series }];
  });
  const skip = unfinishedToday(view);
  return {
    features: arrived.map(({ metric, feature, series }) =>
      useOf(metric, feature, windowOf(series.all, 3 * WINDOW, skip)),
    ),
    missing:
      arrived.length === 0
        ? ids
        : neverReceived(
            view,
            arrived.map(({ metric }) => metric),
          ),
    sources: [...new Set(arrived.flatMap(({ series }) => series.sources))].sort(),
    freshAt,
    days: daysSince(
      view,
      arrived.map(({ series }) => series.firstDay),
    ),
  };
});

/**
 * Features whose events the tenant's files name, and of which nobody's use ever arrived: a broken feed looks just so. A
 * feature that others use and this account does not is not missing: it is not adopted.
 */
const neverReceived = (view: AccountView, arrived: readonly string[]): readonly string[] =>
  view.config.metrics
    .filter(({ feature, events }) => feature !== undefined && events.length > 0)
    .map(({ id }) => id)
    .filter((id) => view.tenantFreshAt(id) === null && !arrived.includes(id));

const NONE: Adoption = { features: [], missing: [], sources: [], freshAt: null, days: 0 };

const useOf = (metric: string, feature: string, days: Days): FeatureUse => ({
  metric,
  feature,
  uses: [
    sumOf(windowOf(days, WINDOW)) ?? 0,
    sumOf(windowOf(days, WINDOW, WINDOW)) ?? 0,
    sumOf(windowOf(days, WINDOW, 2 * WINDOW)) ?? 0,
  ],
  activeDays: activeDays(windowOf(days, WINDOW)) ?? 0,
  activeDaysBefore: activeDays(windowOf(days, 2 * WINDOW, WINDOW)) ?? 0,
});

const latest = (moments: readonly (Instant | null)[]): Instant | null =>
  moments.reduce(
    (newest, at) => (at !== null && (newest === null || at > newest) ? at : newest),
    null,
  );

const daysSince = (view: AccountView, firsts: readonly (Day | null)[]): number =>
  Math.max(0, ...firsts.map((day) => (day === null ? 0 : daysApart(day, view.today) + 1)));

/** Where a reading of adoption comes from, and what share of the features it could have is received. */
export const adoptionCoverage = ({ features, missing, sources, freshAt }: Adoption) => ({
  sources,
  freshAt,
  coverage: Math.floor((features.length * WHOLE) / Math.max(1, features.length + missing.length)),
  ...(missing.length === 0 ? {} : { note: `not received: ${missing.join(', ')}` }),
});

/** Shares of 10 000 of how much of a feature was used before and is used now. */
export interface Share {
  readonly before: number;
  readonly now: number;
}

/** Used at all: 0 or all of it; before is the mean of the two earlier windows. */
export const breadthShare = ({ uses: [now, before, earlier] }: FeatureUse): Share => ({
  before: (used(before) + used(earlier)) / 2,
  now: used(now),
});

const used = (uses: number): number => (uses > 0 ? WHOLE : 0);

/**
 * How much it was used, each feature counting the same whatever its unit: in each pair of windows the larger is all of
 * it, so that a feature cannot outweigh another by being clicked more often.
 */
export const depthShare = ({ uses: [now, before, earlier] }: Pick<FeatureUse, 'uses'>): Share => {
  const recent = pair(now, before);
  const older = pair(now, earlier);
  return { before: (recent.before + older.before) / 2, now: (recent.now + older.now) / 2 };
};

const pair = (now: number, before: number): Share => {
  const most = Math.max(now, before, 1);
  return { before: share(before, most), now: share(now, most) };
};

// INVARIANT: even, so that the mean of two is whole and sums are exact.
const share = (part: number, whole: number): number => 2 * Math.round(((part / whole) * WHOLE) / 2);

/** Change of adoption with its bounds, in basis points. */
export type AdoptionTrend = {
  readonly change: number;
  /** The loss that is proved, whatever the features that send nothing did. */
  readonly atLeast: number;
  /** The loss that is possible, had the features that send nothing been used and been lost. */
  readonly atMost: number;
};

/**
 * Compares adoption now with before: C and R are the sums of the features' shares before and now, m the number of
 * features that are not received. At least (C − R − m) ÷ C was lost, at most (max(0, C − R) + m) ÷ (C + m). Taking a
 * feature's data away therefore never raises the first and never lowers the second.
 */
export const adoptionTrend = (
  view: AccountView,
  shareOf: (use: FeatureUse) => Share,
): Reading<AdoptionTrend> => {
  const adoption = adoptionOf(view);
  const { features, missing, freshAt } = adoption;
  if (features.length === 0) return unknown(noUse(missing), freshAt);
  if (hasNoBaseline(adoption)) return unknown('feature use has no baseline yet', freshAt);
  if (usedTooLittle(adoption)) {
    return unknown('features were used too little before to compare with', freshAt);
  }
  const value = boundsOf(features.map(shareOf), missing.length);
  return { value, ...adoptionCoverage(adoption) };
};

/** Whether use has been received for too short a time to compare with. */
export const hasNoBaseline = ({ days }: Adoption): boolean => days < 2 * WINDOW;

/** Whether all use before was so little that a change of it is chance. */
export const usedTooLittle = ({ features }: Adoption): boolean =>
  features.reduce((total, use) => total + use.activeDaysBefore, 0) < LEAST_ACTIVE_DAYS;

/** Fewer days of use than these in eight weeks say nothing about a habit. */
const LEAST_ACTIVE_DAYS = 3;

export const noUse = (missing: readonly string[]): string =>
  missing.length === 0
    ? 'no feature use was received for this account'
    : `not received: ${missing.join(', ')}`;

/** The change of all shares together, `missing` of them unknown. */
export const boundsOf = (shares: readonly Share[], missing: number): AdoptionTrend => {
  const before = shares.reduce((total, one) => total + one.before, 0);
  const now = shares.reduce((total, one) => total + one.now, 0);
  const hidden = missing * WHOLE;
  const proved = Math.max(0, before - now - hidden);
  const possible = Math.max(0, before - now) + hidden;
  return {
    change: before === 0 ? 0 : Math.trunc(((now - before) * WHOLE) / before),
    atLeast: before === 0 ? 0 : Math.floor((proved * WHOLE) / before),
    atMost: before + hidden === 0 ? 0 : Math.floor((possible * WHOLE) / (before + hidden)),
  };
};
