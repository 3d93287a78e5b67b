import type { Scores } from '../domain/score.ts';
import type { TenantConfig } from '../domain/tenant.ts';
import { addDays, daysBetween, type Day } from '../domain/time.ts';
import type { AccountView } from './account-view.ts';
import { deriveValues, signalsFor } from './derive.ts';
import { factsNeeded, rateAccount } from './rate.ts';
import type { ScoreDefinition } from './scores/define.ts';
import { pastOf, type Past } from './scores/past.ts';
import type { Signal } from './signals/define.ts';

/** How far back daily scores reach: the longest span of an alert (C6: a leak over 30 to 60 days). */
export const HISTORY_DAYS = 60;

/** Scores of one account, each day once. */
export type ScoresByDay = ReadonlyMap<Day, Scores>;

/**
 * Scores of the days that have none yet, worked out from the same data as it stood at the end of each, oldest first,
 * since a missing input counts by what was last known of it; and the past that they and the kept ones make. Pure.
 */
export const backfill = (
  parts: {
    readonly signals: readonly Signal[];
    readonly scores: readonly ScoreDefinition[];
    readonly config: TenantConfig;
  },
  view: AccountView,
  kept: ScoresByDay = new Map(),
): { readonly days: readonly { day: Day; scores: Scores }[]; readonly past: Past } => {
  const ids = parts.scores.map(({ id }) => id);
  const signals = signalsFor(parts.signals, factsNeeded(parts.scores));
  const all = new Map(kept);
  const days: { day: Day; scores: Scores }[] = [];
  let previous: Scores = {};
  for (const day of daysOf(view)) {
    const there = all.get(day) ?? {};
    const lacks = ids.some((id) => there[id] === undefined);
    const scores = lacks
      ? { ...scoresOn({ ...parts, signals }, view.at(day), previous), ...there }
      : there;
    if (lacks) days.push({ day, scores });
    all.set(day, scores);
    previous = { ...previous, ...scores };
  }
  return { days, past: pastOfDays(all) };
};

/** What days of scores say of the time before. */
export const pastOfDays = (days: ScoresByDay): Past =>
  pastOf([...days].sort(([a], [b]) => (a < b ? -1 : 1)).map(([day, scores]) => ({ day, scores })));

/** The first day, at most so many days back, of which an account has scores; today for one that was seen today. */
export const firstScoredDay = ({ firstSeen, today }: AccountView): Day => {
  const age = firstSeen === null ? 0 : Math.max(0, daysBetween(firstSeen, today));
  return addDays(today, -Math.min(HISTORY_DAYS, age));
};

/** From then until yesterday. */
const daysOf = (view: AccountView): readonly Day[] => {
  const first = firstScoredDay(view);
  const length = daysBetween(first, view.today);
  return Array.from({ length }, (_, index) => addDays(first, index));
};

const scoresOn = (
  { signals, scores, config }: Parameters<typeof backfill>[0],
  view: AccountView,
  previous: Scores,
): Scores => {
  const facts = deriveValues(signals, view);
  return rateAccount(scores, { facts, now: view.now, previous, config });
};
