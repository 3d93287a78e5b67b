import { unknownFact, type Fact } from '../../domain/fact.ts';
import { worstCase, type Scores } from '../../domain/score.ts';

/** What the worst cases must keep to: churn risk below the one, health from the other on. */
export interface SellBounds {
  readonly churnBelow: number;
  readonly healthFrom: number;
}

/**
 * Whether an account is well enough to be sold to: churn risk and health are known, and even their worst cases, with
 * every missing input at its full weight, are on the good side. So taking data away never turns it on.
 */
export const sellableFact = (
  bounds: SellBounds,
  scores: Scores,
  trusted: Scores,
): Fact<boolean> => {
  const { churn_risk: churn, health } = scores;
  if (churn === undefined || health === undefined) {
    return unknownFact('yes or no', 'churn risk or health is not rated');
  }
  const value = isSellable(bounds, scores);
  return {
    value,
    trustedValue: isSellable(bounds, trusted),
    unit: 'yes or no',
    sources: [],
    freshAt: churn.at,
    coverage: Math.min(churn.coverage, health.coverage),
    ...(value ? {} : { note: noteOf(bounds, scores) }),
  };
};

const isSellable = ({ churnBelow, healthFrom }: SellBounds, scores: Scores): boolean => {
  const { churn_risk: churn, health } = scores;
  return (
    churn?.status === 'known' &&
    health?.status === 'known' &&
    worstCase(churn) < churnBelow &&
    worstCase(health) >= healthFrom
  );
};

const noteOf = ({ churnBelow, healthFrom }: SellBounds, scores: Scores): string => {
  const { churn_risk: churn, health } = scores;
  if (churn === undefined || health === undefined) return 'not rated';
  if (churn.status !== 'known' || health.status !== 'known') {
    return `churn risk is ${words(churn.status)}, health is ${words(health.status)}`;
  }
  return `churn risk may be ${worstCase(churn)} (below ${churnBelow} needed), health ${worstCase(health)} (${healthFrom} needed)`;
};

const words = (status: string): string => status.replaceAll('_', ' ');
