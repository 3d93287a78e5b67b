import type { Facts } from '../domain/fact.ts';
import type { Scores } from '../domain/score.ts';
import type { TenantConfig } from '../domain/tenant.ts';
import type { Instant } from '../domain/time.ts';
import { bug } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { ScoreDefinition } from './scores/define.ts';
import { settingsInForce } from './scores/settings.ts';

/**
 * Every score of one account. `previous` are the scores of the day before (or the last there are): a missing input
 * counts as the worse of what it was then and neutral. Throws `scores.settings_invalid` for a tenant's bad weights.
 */
export const rateAccount = (
  scores: readonly ScoreDefinition[],
  input: {
    readonly facts: Facts;
    readonly now: Instant;
    readonly previous: Scores;
    readonly config: TenantConfig;
  },
): Scores =>
  inOrder(scores).reduce<Scores>(
    (rated, score) => ({
      ...rated,
      [score.id]: score.rate({
        facts: input.facts,
        now: input.now,
        previous: input.previous[score.id] ?? null,
        settings: input.config.scores[score.id] ?? NO_SETTINGS,
        scores: rated,
      }),
    }),
    {},
  );

const NO_SETTINGS: JsonObject = {};

/** Scores that others read come first. Throws a bug for a circle. */
const inOrder = (scores: readonly ScoreDefinition[]): readonly ScoreDefinition[] => {
  const known = orders.get(scores);
  if (known !== undefined) return known;
  const order: ScoreDefinition[] = [];
  const left = new Set(scores);
  while (left.size > 0) {
    const next = [...left].find(({ after }) =>
      after.every((id) => order.some((done) => done.id === id)),
    );
    if (next === undefined) {
      throw bug('scores.circle', `scores wait for each other: ${names(left)}`);
    }
    order.push(next);
    left.delete(next);
  }
  orders.set(scores, order);
  return order;
};

const orders = new WeakMap<readonly ScoreDefinition[], readonly ScoreDefinition[]>();

const names = (scores: Iterable<ScoreDefinition>): string =>
  [...scores].map(({ id }) => id).join(', ');

/** Facts that the scores read. */
export const factsNeeded = (scores: readonly ScoreDefinition[]): ReadonlySet<string> =>
  new Set(scores.flatMap(({ needs }) => needs));

/** What the tenant asks of the worst cases before anything is sold. */
export const sellBounds = (
  scores: readonly ScoreDefinition[],
  config: TenantConfig,
): { readonly churnBelow: number; readonly healthFrom: number } => ({
  churnBelow: sellBound(scores, config, 'churn_risk') ?? 0,
  healthFrom: sellBound(scores, config, 'health') ?? 100,
});

const sellBound = (
  scores: readonly ScoreDefinition[],
  config: TenantConfig,
  id: string,
): number | null => {
  const score = scores.find((one) => one.id === id);
  return score === undefined
    ? null
    : settingsInForce(score, config.scores[id] ?? NO_SETTINGS).sellBound;
};
