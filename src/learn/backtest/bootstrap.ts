import { seededRandom } from '../../domain/random.ts';
import type { Interval } from './define.ts';

/** What one account adds to the counts: its looks stand or fall together, since they tell of one customer. */
export interface Tally {
  readonly looks: number;
  readonly lost: number;
  readonly flagged: number;
  readonly right: number;
  readonly naive: number;
  readonly naiveRight: number;
}

/** The two lifts that counts give. */
export interface Lifts {
  readonly overBase: number;
  readonly overNaive: number;
}

const SUMS = ['looks', 'lost', 'flagged', 'right', 'naive', 'naiveRight'] as const;

export const sumTallies = (tallies: readonly Tally[]): Tally => {
  const sum = { looks: 0, lost: 0, flagged: 0, right: 0, naive: 0, naiveRight: 0 };
  for (const tally of tallies) for (const name of SUMS) sum[name] += tally[name];
  return sum;
};

/**
 * Precision over the base rate, and over the naive rule's precision. Each precision is drawn towards the base rate by
 * one look at it ((right + base) ÷ (flagged + 1)), so that a rule which flagged nobody is worth the base rate, and one
 * lucky flag is not worth a hundred. 1 where nobody was lost.
 */
export const liftsOf = ({ looks, lost, flagged, right, naive, naiveRight }: Tally): Lifts => {
  const base = looks === 0 ? 0 : lost / looks;
  if (base === 0) return { overBase: 1, overNaive: 1 };
  const precision = (right + base) / (flagged + 1);
  return {
    overBase: precision / base,
    overNaive: precision / ((naiveRight + base) / (naive + 1)),
  };
};

/**
 * 95 % percentile intervals by the bootstrap over accounts: as many accounts drawn with replacement as there are, so
 * often, from a seeded stream (Efron and Tibshirani, An Introduction to the Bootstrap, ch. 13).
 */
export const bootstrapLifts = (
  tallies: readonly Tally[],
  { resamples, seed }: { readonly resamples: number; readonly seed: number },
): { readonly overBase: Interval; readonly overNaive: Interval } => {
  const random = seededRandom(seed);
  const drawn = Array.from({ length: resamples }, () =>
    liftsOf(
      sumTallies(tallies.map(() => tallies[Math.floor(random() * tallies.length)] ?? NOTHING)),
    ),
  );
  const whole = liftsOf(sumTallies(tallies));
  return {
    overBase: intervalOf(
      whole.overBase,
      drawn.map(({ overBase }) => overBase),
    ),
    overNaive: intervalOf(
      whole.overNaive,
      drawn.map(({ overNaive }) => overNaive),
    ),
  };
};

const NOTHING: Tally = sumTallies([]);

const intervalOf = (value: number, drawn: readonly number[]): Interval => {
  const sorted = drawn.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? value;
  return { value, low: at(0.025), high: at(0.975) };
};
