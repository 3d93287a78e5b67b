import type { Fact, Facts } from '../domain/fact.ts';
import { digestOfText } from '../domain/identifiers.ts';
import type { Scores } from '../domain/score.ts';
import type { TenantConfig } from '../domain/tenant.ts';
import type { Situation } from '../playbooks/define.ts';
import type { AccountView } from './account-view.ts';
import { deriveFacts, deriveValues, signalsFor } from './derive.ts';
import { factsNeeded, rateAccount, sellBounds } from './rate.ts';
import type { ScoreDefinition } from './scores/define.ts';
import type { Past } from './scores/past.ts';
import { scoreFacts } from './scores/score-facts.ts';
import type { Signal } from './signals/define.ts';
import { trustedOnly } from './signals/trusted-view.ts';

/** An account at a moment, with the id of the fact set that keeps what was known, and the view it was derived from. */
export interface AssessedSituation extends Situation {
  readonly factSetId: string;
  readonly view: AccountView;
  readonly history: Past['history'];
}

/** The account as it stands at the view's moment, given what it was rated before. Pure. */
export const assessView = (
  {
    signals,
    scores,
    config,
  }: {
    readonly signals: readonly Signal[];
    readonly scores: readonly ScoreDefinition[];
    readonly config: TenantConfig;
  },
  view: AccountView,
  { history, previous }: Past,
): AssessedSituation => {
  const { now } = view;
  const derived = deriveFacts(signals, view);
  const rated = rateAccount(scores, { facts: derived, now, previous, config });
  // Derived anew and not taken from trusted values: what is covered differs too.
  const fromServers = view.fromServersAlone
    ? derived
    : deriveValues(signalsFor(signals, factsNeeded(scores)), trustedOnly(view));
  const trusted = rateAccount(scores, { facts: fromServers, now, previous: {}, config });
  const facts: Facts = {
    ...derived,
    ...scoreFacts({
      facts: derived,
      scores: rated,
      trusted,
      history,
      today: view.today,
      sellBounds: sellBounds(scores, config),
    }),
  };
  return {
    accountId: view.accountId,
    facts,
    scores: rated,
    history,
    config,
    today: view.today,
    now,
    view,
    factSetId: factSetIdOf(view.accountId, config.version, facts, rated),
  };
};

/**
 * The moment is left out, so that an account of which nothing changed keeps its fact set. Facts and scores come in the
 * order of their catalogues, so that their text need not be brought into a canonical one: that took as long as half of
 * the signals.
 */
const factSetIdOf = (
  accountId: string,
  configVersion: number,
  facts: Facts,
  scores: Scores,
): string => {
  const timeless = Object.values(scores).map((score) => ({ ...score, at: '' }));
  const text = JSON.stringify([accountId, configVersion, withoutMoment(facts), timeless]);
  return `facts-${digestOfText(text)}`;
};

/** Facts that rest on scores are as fresh as the rating, which is the moment again. */
const withoutMoment = (facts: Facts): readonly (readonly [string, Fact])[] =>
  Object.entries(facts).map(([id, fact]) => [
    id,
    RATED.test(id) ? { ...fact, freshAt: null } : fact,
  ]);

const RATED = /^health_|_supported$|^sellable$/;
