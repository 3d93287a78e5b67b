import { addDays, daysBetween, type Day, type Instant } from '../../domain/time.ts';
import type { AccountView } from '../account-view.ts';
import { meanOf, slopeOf, sumOf, windowOf } from '../series/windows.ts';
import { perView } from './per-view.ts';
import { latestLevel, received, type Received } from './usage-window.ts';
import { planTermsOf, seatsBought } from './subscription-terms.ts';

/** Where use stands under one limit of the plan. */
export interface LimitUse {
  readonly metric: string;
  readonly used: number;
  readonly limit: number;
  /** The calendar month that was counted, `2026-03`; `null` for a level. */
  readonly month: string | null;
  /** used ÷ limit in basis points, rounded down. */
  readonly share: number;
  /** Units a day, in thousandths: what a level rises by, or what a month's count adds. */
  readonly perDay: number;
  /** Change of the daily mean, the last 28 days against the 28 before, in basis points. */
  readonly growth: number | null;
  readonly daysToCeiling: number | null;
  readonly freshAt: Instant | null;
  readonly sources: readonly string[];
}

/** Limits in force: those of the plan, and the seats bought, which bind before the plan's most seats do. */
const limitsOf = (view: AccountView): Readonly<Record<string, number>> => {
  const plan = planTermsOf(view);
  const seats = seatsBought(view);
  return { ...plan?.limits, ...(seats === null ? {} : { seats_used: seats }) };
};

/** Use under every limit of the plan whose metric is received. */
export const limitUses = perView((view): readonly LimitUse[] =>
  Object.entries(limitsOf(view))
    .filter(([, limit]) => limit > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([metric, limit]) => useUnder(view, metric, limit) ?? []),
);

const TWO_WINDOWS = 56;

const useUnder = (view: AccountView, metric: string, limit: number): LimitUse | null => {
  const read = received(view, metric, TWO_WINDOWS);
  if ('missing' in read) return null;
  const monthly = isMonthly(view, metric);
  const recent = windowOf(read.days, 28);
  const level = monthly ? null : latestLevel(read.series);
  const months = monthly ? usedByMonth(view, metric) : null;
  const { used, month } = months === null ? { used: level, month: null } : fullest(months);
  if (used === null) return null;
  const perDay = monthly ? meanOf(recent) : slopeOf(recent);
  const growth = growthOf(meanOf(recent), meanOf(windowOf(read.days, 28, 28)));
  const { freshAt, sources } = read.series;
  return {
    metric,
    used,
    limit,
    month,
    share: Math.floor((used * 10_000) / limit),
    perDay: Math.round((perDay ?? 0) * 1_000),
    growth,
    daysToCeiling: daysToCeiling({
      used: months?.[0].used ?? used,
      limit,
      perDay: perDay ?? 0,
      monthly,
      today: view.today,
    }),
    freshAt,
    sources,
  };
};

/** How much of a metric is used as plans limit it: a level, or the fuller of this calendar month and the last. */
export const amountUsed = (
  view: AccountView,
  metric: string,
): { readonly used: number; readonly series: Received['series'] } | null => {
  const read = received(view, metric, TWO_WINDOWS);
  if ('missing' in read) return null;
  const { used } = isMonthly(view, metric)
    ? fullest(usedByMonth(view, metric))
    : { used: latestLevel(read.series) };
  return used === null ? null : { used, series: read.series };
};

const isMonthly = (view: AccountView, metric: string): boolean =>
  view.config.metrics.find(({ id }) => id === metric)?.limitWindow === 'month';

interface MonthUse {
  readonly month: string;
  readonly used: number | null;
}

/** What this calendar month has used so far, today's part with it, and what the one before it used in all. */
const usedByMonth = (view: AccountView, metric: string): readonly [MonthUse, MonthUse] => {
  const elapsed = Number(view.today.slice(8));
  const lastDayBefore = addDays(view.today, -elapsed);
  const before = Number(lastDayBefore.slice(8));
  const days = view.series(metric, elapsed + before)?.all ?? [];
  return [
    { month: view.today.slice(0, 7), used: sumOf(windowOf(days, elapsed)) },
    { month: lastDayBefore.slice(0, 7), used: sumOf(windowOf(days, before, elapsed)) },
  ];
};

/** A month that has just begun says little: the one before it counts until this one has used as much. */
const fullest = ([now, before]: readonly [MonthUse, MonthUse]): MonthUse =>
  (before.used ?? 0) > (now.used ?? 0) ? before : now;

const growthOf = (recent: number | null, before: number | null): number | null =>
  recent === null || before === null || before === 0
    ? null
    : Math.trunc(((recent - before) / before) * 10_000);

/**
 * Days until use reaches the limit at its present pace; 0 when it has, `null` when it does not: a level that does not
 * rise, or a month that ends first.
 */
const daysToCeiling = (pace: {
  readonly used: number;
  readonly limit: number;
  readonly perDay: number;
  readonly monthly: boolean;
  readonly today: Day;
}): number | null => {
  if (pace.used >= pace.limit) return 0;
  if (pace.perDay <= 0) return null;
  const days = Math.ceil((pace.limit - pace.used) / pace.perDay);
  return pace.monthly && days > daysLeftInMonth(pace.today) ? null : days;
};

const daysLeftInMonth = (today: Day): number => {
  const [year, month] = today.split('-').map(Number);
  const next = month === 12 ? `${(year ?? 0) + 1}-01-01` : `${year}-${pad((month ?? 0) + 1)}-01`;
  return daysBetween(today, next as Day) - 1;
};

const pad = (month: number): string => String(month).padStart(2, '0');

/** The least share from which a level that rises counts as near its ceiling. */
const FAST_FROM = 7_000;
const NEAR = 9_000;
const SOON_DAYS = 30;

/**
 * Used by 90 % or more; or soon full at its present pace: a level from 70 % on that is full within 30 days, a month
 * that will not last.
 */
export const isNearCeiling = ({ share, daysToCeiling, month }: LimitUse): boolean =>
  share >= NEAR ||
  (daysToCeiling !== null &&
    (month !== null || (share >= FAST_FROM && daysToCeiling <= SOON_DAYS)));

/** Provenance of facts that rest on several limits. */
export const limitProvenance = (uses: readonly LimitUse[]) => ({
  sources: [...new Set(uses.flatMap(({ sources }) => sources))].sort(),
  freshAt: uses.reduce<Instant | null>(
    (newest, { freshAt }) =>
      freshAt !== null && (newest === null || freshAt > newest) ? freshAt : newest,
    null,
  ),
});
