import type { Contribution, Score, ScoreStatus, Scores } from '../../domain/score.ts';
import type { Day } from '../../domain/time.ts';
import { MISSING } from './receipt.ts';

/** What alerts and playbooks ask of an earlier day's score. */
export interface PastScore {
  readonly status: ScoreStatus;
  readonly value: number;
  readonly weightsVersion: string;
  /** Points of the lines that were known in whole. */
  readonly points: Readonly<Record<string, number>>;
}

export interface DatedPast {
  readonly day: Day;
  readonly score: PastScore;
}

/** What an account was rated before today. */
export interface Past {
  /** By score id, oldest first. */
  readonly history: Readonly<Record<string, readonly DatedPast[]>>;
  /** The newest score of each, with its receipt. */
  readonly previous: Scores;
}

export const NO_PAST: Past = { history: {}, previous: {} };

export const pastScoreOf = ({
  status,
  value,
  weightsVersion,
  contributions,
}: Score): PastScore => ({
  status,
  value,
  weightsVersion,
  points: Object.fromEntries(whole(contributions).map(({ input, points }) => [input, points])),
});

/** Lines of which no part is missing. The clamp says nothing of an input. */
const whole = (contributions: readonly Contribution[]): readonly Contribution[] => {
  const partial = new Set(contributions.filter(({ known }) => !known).map(({ input }) => input));
  return contributions.filter(
    ({ input, known }) => known && input !== 'clamp' && !partial.has(`${input}${MISSING}`),
  );
};

/** Days of scores, oldest first, as what was before today. */
export const pastOf = (days: readonly { readonly day: Day; readonly scores: Scores }[]): Past => {
  const history: Record<string, DatedPast[]> = {};
  const previous: Record<string, Score> = {};
  for (const { day, scores } of days) {
    for (const score of Object.values(scores)) {
      (history[score.id] ??= []).push({ day, score: pastScoreOf(score) });
      previous[score.id] = score;
    }
  }
  return { history, previous };
};
