/**
 * Windows over daily series. A series is a number a day, its last entry being today; `null` is a day of which nothing
 * is known, which is never the same as zero. All results are exact integers or ratios of integers, so that the same
 * series gives the same number everywhere.
 */
export type Days = readonly (number | null)[];

/** Basis points: 10 000 is all of it. */
const WHOLE = 10_000;

/**
 * The `length` days that end `endingDaysAgo` days before today (0: with today). Days beyond the start are unknown, so
 * the answer always has `length` entries.
 */
export const windowOf = (days: Days, length: number, endingDaysAgo = 0): Days => {
  const end = days.length - endingDaysAgo;
  const start = end - length;
  if (start >= 0) return days.slice(start, end);
  return Array.from({ length }, (_, index) => days[start + index] ?? null);
};

const knownOf = (days: Days): readonly number[] => days.filter((value) => value !== null);

// Counted in loops: windows are summed for every day of every account's history.
/** How many days are known. */
export const knownDays = (days: Days): number => {
  let known = 0;
  for (const value of days) if (value !== null) known += 1;
  return known;
};

/** Share of days that are known, in basis points; 0 for an empty window. */
export const coverageOf = (days: Days): number =>
  days.length === 0 ? 0 : Math.floor((knownDays(days) * WHOLE) / days.length);

/** Sum of the known days; `null` when none is known. */
export const sumOf = (days: Days): number | null => {
  let total: number | null = null;
  for (const value of days) if (value !== null) total = (total ?? 0) + value;
  return total;
};

/** Mean of the known days, a day; `null` when none is known. */
export const meanOf = (days: Days): number | null => {
  const total = sumOf(days);
  return total === null ? null : total / knownDays(days);
};

/** Highest known day; `null` when none is known. */
export const peakOf = (days: Days): number | null => {
  const known = knownOf(days);
  return known.length === 0 ? null : known.reduce((highest, value) => Math.max(highest, value));
};

/** Days with any use; `null` when no day is known. */
export const activeDays = (days: Days): number | null => {
  let active: number | null = null;
  for (const value of days) if (value !== null) active = (active ?? 0) + (value > 0 ? 1 : 0);
  return active;
};

/** The newest known value, as for a level; `null` when none is known. */
export const latestOf = (days: Days): number | null =>
  days.findLast((value) => value !== null) ?? null;

/** Days since the last day with any use (0: today); `null` when there is none in the series. */
export const daysSinceActive = (days: Days): number | null => {
  const last = days.findLastIndex((value) => value !== null && value > 0);
  return last < 0 ? null : days.length - 1 - last;
};

/** What the change of a rate is worked out from: both windows as means a day, and how much of each was known. */
export interface Comparison {
  /** Mean a day of the newest `recentDays`. */
  readonly recent: number | null;
  /** Mean a day of the `baselineDays` just before them. */
  readonly baseline: number | null;
  /** (recent − baseline) ÷ baseline in basis points, rounded towards zero; `null` without a baseline above zero. */
  readonly changeBasisPoints: number | null;
  /** The lesser coverage of the two windows, in basis points. */
  readonly coverage: number;
}

/**
 * Compares the newest days with those just before them, such as 7 against 28. Takes whole weeks to be fair to
 * weekends: both lengths should be multiples of 7. `endingDaysAgo` leaves out an unfinished today.
 */
export const compareWindows = (
  days: Days,
  {
    recentDays,
    baselineDays,
    endingDaysAgo = 0,
  }: {
    readonly recentDays: number;
    readonly baselineDays: number;
    readonly endingDaysAgo?: number;
  },
): Comparison => {
  const recentWindow = windowOf(days, recentDays, endingDaysAgo);
  const baselineWindow = windowOf(days, baselineDays, endingDaysAgo + recentDays);
  return {
    recent: meanOf(recentWindow),
    baseline: meanOf(baselineWindow),
    changeBasisPoints: changeOf(recentWindow, baselineWindow),
    coverage: Math.min(coverageOf(recentWindow), coverageOf(baselineWindow)),
  };
};

// INVARIANT: integers until the one division, so that no rounding of a mean moves a threshold.
const changeOf = (recentWindow: Days, baselineWindow: Days): number | null => {
  const recent = sumOf(recentWindow);
  const baseline = sumOf(baselineWindow);
  if (recent === null || baseline === null || baseline === 0) return null;
  const scaled = baseline * knownDays(recentWindow);
  return Math.trunc(((recent * knownDays(baselineWindow) - scaled) * WHOLE) / scaled);
};

/** Sums of the last `count` whole weeks, oldest first; a week of which nothing is known is `null`. */
export const weeklySums = (days: Days, count: number, endingDaysAgo = 0): Days =>
  Array.from({ length: count }, (_, index) =>
    sumOf(windowOf(days, 7, endingDaysAgo + 7 * (count - 1 - index))),
  );

/** How many steps in a row, ending with the newest, each went down; unknown entries end the run. */
export const fallingSteps = (steps: Days): number => {
  let falling = 0;
  for (let index = steps.length - 1; index > 0; index -= 1) {
    const later = steps[index] ?? null;
    const earlier = steps[index - 1] ?? null;
    if (later === null || earlier === null || later >= earlier) return falling;
    falling += 1;
  }
  return falling;
};

/**
 * Least-squares slope, units a day, over the known days; `null` with fewer than two. Σ(x−x̄)(y−ȳ) ÷ Σ(x−x̄)², written
 * with whole sums.
 */
export const slopeOf = (days: Days): number | null => {
  let [n, sumX, sumY, sumXX, sumXY] = [0, 0, 0, 0, 0];
  for (const [x, y] of days.entries()) {
    if (y === null) continue;
    n += 1;
    sumX += x;
    sumY += y;
    sumXX += x * x;
    sumXY += x * y;
  }
  return n < 2 ? null : (n * sumXY - sumX * sumY) / (n * sumXX - sumX * sumX);
};

/** Adds series day by day, aligned at today; a day is unknown only where all of them are. */
export const addSeries = (all: readonly Days[]): Days => {
  const length = Math.max(0, ...all.map((days) => days.length));
  return Array.from({ length }, (_, index) =>
    sumOf(all.map((days) => days[days.length - length + index] ?? null)),
  );
};
