import type { Instant } from '../../domain/time.ts';
import type { AccountView, Series } from '../account-view.ts';
import {
  compareWindows,
  coverageOf,
  latestOf,
  sumOf,
  windowOf,
  type Days,
} from '../series/windows.ts';
import { unknown, type Reading } from './define.ts';
import { MOST_SILENT_DAYS, seriesSilence, unfinishedDays } from './freshness.ts';

/** The windows of requirement U1: the last four weeks against the eight before them, in whole weeks. */
export const RECENT_DAYS = 28;
export const BASELINE_DAYS = 56;

/** A series that is fresh, with the newest days that were not received (or are not over) taken off its end. */
export interface Received {
  readonly series: Series;
  readonly days: Days;
}

/** Why a series cannot be read, and when it was last heard of. */
export interface Missing {
  readonly missing: string;
  readonly freshAt: Instant | null;
}

/** Reads a metric, or says why it cannot be read. `length` days before the ones taken off. */
export const received = (view: AccountView, metric: string, length: number): Received | Missing => {
  const series = view.series(metric, length + MOST_SILENT_DAYS);
  const freshAt = series?.freshAt ?? null;
  if (series === null || freshAt === null) {
    return { missing: `\`${metric}\` was never received for this account`, freshAt };
  }
  const silence = seriesSilence(view, series.kind, freshAt);
  if (silence !== null) return { missing: `\`${metric}\`: ${silence}`, freshAt };
  return { series, days: windowOf(series.all, length, unfinishedDays(view, freshAt)) };
};

/** The newest known level. Today counts before it is over: a level stands when it is reported. */
export const latestLevel = ({ all }: Series): number | null => latestOf(all);

export interface TrendOptions {
  readonly recentDays: number;
  readonly baselineDays: number;
  /** The least total in the baseline: below it a change is chance. */
  readonly leastBaseline: number;
}

/**
 * Change of the mean a day, recent against baseline, in basis points. Unknown when less than half of either window is
 * known, or the baseline holds too little to compare with.
 */
export const trendReading = (
  view: AccountView,
  metric: string,
  { recentDays, baselineDays, leastBaseline }: TrendOptions,
): Reading<number> => {
  const read = received(view, metric, recentDays + baselineDays);
  if ('missing' in read) return unknown(read.missing, read.freshAt);
  const { freshAt, sources } = read.series;
  const { changeBasisPoints, coverage } = compareWindows(read.days, { recentDays, baselineDays });
  const baseline = sumOf(windowOf(read.days, baselineDays, recentDays)) ?? 0;
  if (coverage < HALF) return unknown(`\`${metric}\` has no baseline yet`, freshAt);
  if (changeBasisPoints === null || baseline < leastBaseline) {
    return unknown(`\`${metric}\` has too little use in its baseline to compare with`, freshAt);
  }
  return { value: changeBasisPoints, sources, freshAt, coverage };
};

const HALF = 5_000;

/** The sum over the recent four weeks. */
export const recentSum = (view: AccountView, metric: string): Reading<number> => {
  const read = received(view, metric, RECENT_DAYS);
  if ('missing' in read) return unknown(read.missing, read.freshAt);
  const value = sumOf(read.days);
  const { freshAt, sources } = read.series;
  return value === null
    ? unknown(`\`${metric}\` has no day in the last four weeks`, freshAt)
    : { value, sources, freshAt, coverage: coverageOf(read.days) };
};

/** Week over week of API calls, where a few dozen calls are noise. */
export const API_WEEK: TrendOptions = { recentDays: 7, baselineDays: 7, leastBaseline: 50 };
