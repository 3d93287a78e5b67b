import { LEAST_WEEK, isShared } from '../series/drops.ts';
import { defineSignal, unknown } from './define.ts';

type Drop = {
  readonly metric: string;
  readonly recent: number;
  readonly before: number;
  /** Basis points, below zero. */
  readonly change: number;
};

const WHOLE = 10_000;

export default defineSignal<readonly Drop[]>({
  id: 'sudden_drop',
  title: 'Sudden drops',
  formula:
    'Metrics for which telemetry.yaml names a drop, by the hour: the last 7 days up to the hour until which the source told, against the 7 days before that (requirement U3), without the holidays of the tenant and the same weekdays in the other week. Not where more than half of all accounts dropped together',
  unit: 'metrics',
  needs: ['api_calls'],
  read: (view) => {
    const weeks = view.config.metrics.flatMap(({ id, drop }) => {
      const week = drop === undefined ? null : (view.weekOverWeek?.(id) ?? null);
      return week === null || drop === undefined ? [] : [{ id, drop, ...week }];
    });
    const [first] = weeks;
    if (first === undefined) return unknown('no hourly use of a watched metric is received');
    const own = weeks.filter((week) => !isShared(week));
    if (own.length === 0) {
      const text = `${first.dropped} of ${first.comparable} dropped together: look at the source of \`${first.id}\``;
      return unknown(text, first.until);
    }
    const value = own.flatMap(({ id, drop, recent, before }) => {
      const change = before < LEAST_WEEK ? 0 : Math.trunc(((recent - before) * WHOLE) / before);
      return change < -drop ? [{ metric: id, recent, before, change }] : [];
    });
    return { value, sources: [], freshAt: first.until, coverage: WHOLE };
  },
});
