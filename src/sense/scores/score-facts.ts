import { unknownFact, type Fact, type Facts } from '../../domain/fact.ts';
import type { Score, Scores } from '../../domain/score.ts';
import type { Day } from '../../domain/time.ts';
import { healthFacts } from './health-alerts.ts';
import type { Past } from './past.ts';
import { sellableFact, type SellBounds } from './sellable.ts';

/**
 * Facts that rest on scores: what each score's present inputs support (and what server data alone supports, which is
 * what money may rest on), the health alerts, and whether the account may be sold to.
 */
export const scoreFacts = (input: {
  readonly facts: Facts;
  readonly scores: Scores;
  /** Rated from trusted values alone. */
  readonly trusted: Scores;
  readonly history: Past['history'];
  readonly today: Day;
  readonly sellBounds: SellBounds;
}): Facts => ({
  ...Object.fromEntries(
    Object.values(input.scores).map((score) => [
      `${score.id}_supported`,
      supportedFact(score, input.trusted[score.id]),
    ]),
  ),
  ...healthFacts(input.facts, input.scores['health'], input.history['health'] ?? [], input.today),
  sellable: sellableFact(input.sellBounds, input.scores, input.trusted),
});

/** The two are known apart: what a client key sends may make the one known and must not touch the other. */
const supportedFact = (score: Score, trusted: Score | undefined): Fact<number> => {
  const trustedValue = trusted?.status === 'known' ? trusted.supported : null;
  const unit = 'points of 100';
  if (score.status !== 'known') {
    return { ...unknownFact(unit, score.note ?? `the score is ${score.status}`), trustedValue };
  }
  const { supported: value, at: freshAt, coverage } = score;
  return { value, trustedValue, unit, sources: [], freshAt, coverage };
};
