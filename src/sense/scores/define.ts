import type { Facts } from '../../domain/fact.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Score, Scores } from '../../domain/score.ts';
import type { Instant } from '../../domain/time.ts';
import type { Line } from './line.ts';
import { checkSettings, type PackagedSettings } from './settings.ts';
import { rateByLines } from './receipt.ts';

/** A score from facts. One file a member in this folder. Pure. */
export interface ScoreDefinition {
  /** In snake case, such as `churn_risk`. */
  readonly id: string;
  readonly title: string;
  readonly higherIs: 'better' | 'worse';
  /** Bands with inclusive lower bounds, in ascending order of `from`. */
  readonly tiers: readonly { readonly name: string; readonly from: number }[];
  /** The packaged weights; a tenant's own are told apart in `Score.weightsVersion`. */
  readonly weightsVersion: string;
  readonly lines: readonly Line[];
  readonly packaged: PackagedSettings;
  /** Scores that it reads, rated before it. */
  readonly after: readonly string[];
  /** Facts that it reads. */
  readonly needs: readonly string[];
  readonly rate: (input: ScoreInput) => Score;
  /** What is wrong with a tenant's settings for it; none when they are good. */
  readonly check: (settings: JsonObject) => readonly string[];
}

export interface ScoreInput {
  readonly facts: Facts;
  readonly now: Instant;
  /** The last score in which an input was present, for `the worse of last known and neutral`. */
  readonly previous: Score | null;
  /** The tenant's settings for this score. */
  readonly settings: JsonObject;
  /** Scores rated before it. */
  readonly scores: Scores;
}

/**
 * A score that adds up the points of its lines (for `worse`), or takes them from 100 (for `better`). Weights and
 * scales are data: the packaged ones stand in the member, a tenant's files may differ.
 */
export const defineScore = (
  score: Omit<ScoreDefinition, 'rate' | 'check' | 'needs' | 'after'> & {
    readonly after?: readonly string[];
  },
): ScoreDefinition => {
  const definition = {
    ...score,
    after: score.after ?? [],
    needs: [...new Set(['account_age', ...score.lines.flatMap(({ needs }) => needs)])],
  };
  return {
    ...definition,
    rate: (input) => rateByLines(definition, input),
    check: (settings) => checkSettings(score.id, score.packaged, settings),
  };
};
