import { coverageOf, weeklySums } from '../series/windows.ts';
import { defineSignal, unknown } from './define.ts';
import { received } from './usage-window.ts';

const WEEKS = 8;
const DAYS = 7 * WEEKS;
const WHOLE = 10_000;
const HALF = 5_000;
/** Fewer logins than these in an ordinary week, and a quiet one is chance. */
const LEAST_WEEK = 3;

export default defineSignal<number>({
  id: 'usage_consistency',
  title: 'Consistency of use',
  formula:
    'Logins of each of the last 8 whole weeks against the median week: 100 % less the mean shortfall below it (usage consistency, expansion-triggers.txt). Weeks above it cost nothing, so growth does not, and one week off costs an eighth at most',
  unit: 'basis points',
  needs: ['logins'],
  read: (view) => {
    const read = received(view, 'logins', DAYS);
    if ('missing' in read) return unknown(read.missing, read.freshAt);
    const { freshAt, sources } = read.series;
    const coverage = coverageOf(read.days);
    const weeks = weeklySums(read.days, WEEKS).filter((sum) => sum !== null);
    if (weeks.length < WEEKS || coverage < HALF) {
      return unknown('fewer than eight weeks of logins are known', freshAt);
    }
    const usual = medianOf(weeks);
    if (usual < LEAST_WEEK) return unknown('there are too few logins a week to tell', freshAt);
    const short = weeks.reduce((sum, week) => sum + Math.max(0, usual - week), 0);
    const value = WHOLE - Math.round((short * WHOLE) / (WEEKS * usual));
    return { value, sources, freshAt, coverage };
  },
});

/** The upper of the two in the middle, so that the usual week is one that there was. */
const medianOf = (weeks: readonly number[]): number =>
  weeks.toSorted((a, b) => a - b)[Math.floor(weeks.length / 2)] ?? 0;
