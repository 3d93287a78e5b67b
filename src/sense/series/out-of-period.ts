import { addDays, daysBetween, type Day } from '../../domain/time.ts';
import type { AccountView } from '../account-view.ts';
import subscription from '../state/subscription.ts';

/** Usage on days that no subscription covers: a sign of a wrong mapping, of free riders, or of dates kept badly. */
export interface OutOfPeriod {
  /** Days with usage and without a subscription, the newest last. */
  readonly days: readonly Day[];
  /** Days with any usage. */
  readonly usageDays: number;
  /** `days` out of `usageDays`, in basis points; 0 without usage. */
  readonly shareBasisPoints: number;
}

/** Looks at the last `length` days (at most 240), whatever the metric. Levels, which carry forward, do not count. */
export const usageOutsideSubscriptions = (view: AccountView, length = 90): OutOfPeriod => {
  const periods = view.current(subscription).map(({ data: { startedOn, endedOn } }) => ({
    from: daysBetween(view.today, startedOn),
    to: endedOn === undefined ? Infinity : daysBetween(view.today, endedOn),
  }));
  const used = usedDays(view, length);
  const days = used
    .filter((day) => !periods.some(({ from, to }) => from <= day && day < to))
    .map((day) => addDays(view.today, day));
  const shareBasisPoints = used.length === 0 ? 0 : Math.floor((days.length * 10_000) / used.length);
  return { days, usageDays: used.length, shareBasisPoints };
};

/** How many days from today, 0 or less. */
const usedDays = (view: AccountView, length: number): readonly number[] => {
  const counts = view.metrics
    .map((metric) => view.series(metric, length))
    .filter((series) => series !== null && series.kind === 'count');
  return Array.from({ length }, (_, index) => index)
    .filter((index) => counts.some((series) => (series?.all[index] ?? 0) > 0))
    .map((index) => index + 1 - length);
};
