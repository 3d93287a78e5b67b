import type { Instant } from './time.ts';

/** One line of a score's receipt. Lines add up to the score; a clamp is a line of its own. */
export interface Contribution {
  readonly input: string;
  /** Signed points added to the score by this line. */
  readonly points: number;
  /** The most this line could have added (in absolute terms). */
  readonly weight: number;
  /** `false` where the input is missing, and the points are the worse of last known and neutral. */
  readonly known: boolean;
  /** A sentence for a person, with the figures: `logins fell 52 % against the account's own baseline`. */
  readonly reason: string;
}

/** `unknown`: too little coverage. `too_young`: no baseline yet. Both rank as worst for selling and open no save case. */
export type ScoreStatus = 'known' | 'unknown' | 'too_young';

/**
 * A score from 0 to 100 with its receipt.
 *
 * `value` counts missing inputs as the worse of last known and neutral, so it can only get worse when one is removed.
 * `supported` counts present inputs alone: only it may open a save, so that removing an input never unlocks an action.
 */
export interface Score {
  readonly id: string;
  readonly status: ScoreStatus;
  readonly value: number;
  readonly supported: number;
  /** The band of `value`, such as `high`, in the words of the score; `null` while the score is not `known`. */
  readonly tier: string | null;
  /** Basis points of weight whose inputs were present. */
  readonly coverage: number;
  readonly contributions: readonly Contribution[];
  readonly weightsVersion: string;
  readonly at: Instant;
  readonly note?: string;
}

/**
 * The worst that a score could be, were every missing input as bad as its weight allows: an upper bound of a risk, a
 * lower bound of a health. Unlike `value`, which trusts the last known, no removal of data can better it, so this is
 * what a sale must pass.
 */
export const worstCase = ({ contributions }: Pick<Score, 'contributions'>): number => {
  const takesAway = contributions.some(({ input }) => input === 'base');
  const worst = contributions
    .filter(({ input }) => input !== 'clamp')
    .reduce(
      (total, { known, points, weight }) => total + (known ? points : takesAway ? -weight : weight),
      0,
    );
  return Math.min(100, Math.max(0, worst));
};

/** Scores of one account by score id. */
export type Scores = Readonly<Record<string, Score>>;
