import type { Facts } from '../domain/fact.ts';
import type { Scores } from '../domain/score.ts';
import { hoursBetween, type Instant } from '../domain/time.ts';

type Figure = number | boolean | string | null;

/**
 * An account in short, to compare one run with the next: facts that are a figure, a word or a change (`null`: not
 * known), and the tier of each score. Lists and records are left out; what they rest on shows in the others.
 */
export type Figures = {
  readonly at: Instant;
  readonly configVersion: number;
  readonly tiers: Readonly<Record<string, string | null>>;
  readonly facts: Readonly<Record<string, Figure>>;
};

/** Facts that are derived from scores would count what moved a second time. */
const DERIVED = /^health_|_supported$|^sellable$/;

export const figuresOf = (assessed: {
  readonly facts: Facts;
  readonly scores: Scores;
  readonly now: Instant;
  readonly config: { readonly version: number };
}): Figures => ({
  at: assessed.now,
  configVersion: assessed.config.version,
  tiers: Object.fromEntries(Object.values(assessed.scores).map(({ id, tier }) => [id, tier])),
  facts: Object.fromEntries(
    Object.entries(assessed.facts).flatMap(([id, { value }]) => {
      const figure = DERIVED.test(id) ? undefined : figureOf(value);
      return figure === undefined ? [] : [[id, figure]];
    }),
  ),
});

const figureOf = (value: Facts[string]['value']): Figure | undefined => {
  if (value === null || typeof value !== 'object') return value;
  const { change, minor } = value as { readonly change?: unknown; readonly minor?: unknown };
  return [change, minor].find((one) => typeof one === 'number');
};

/** What moved of many accounts between two runs, counted. */
export interface Moves {
  /** Accounts that were compared. */
  accounts: number;
  /** Of them: those of which a score's tier changed or is no longer known. */
  tierChanged: number;
  /** Of them: those last looked at under another configuration. */
  reconfigured: number;
  readonly facts: Map<string, { compared: number; moved: number; lost: number }>;
}

export const noMoves = (): Moves => ({
  accounts: 0,
  tierChanged: 0,
  reconfigured: 0,
  facts: new Map(),
});

/** Older figures than these say nothing about one run: everything may have moved since. */
const MOST_HOURS_APART = 7 * 24;

/**
 * Counts what moved of one account. What was not known before does not count: data that arrives for the first time, or
 * history that is filled in, moves nothing. `units` are those of the signals, by fact.
 */
export const countMoves = (
  moves: Moves,
  before: Figures | null,
  after: Figures,
  units: ReadonlyMap<string, string>,
): void => {
  if (before === null || hoursBetween(before.at, after.at) > MOST_HOURS_APART) return;
  moves.accounts += 1;
  if (before.configVersion !== after.configVersion) moves.reconfigured += 1;
  const tiers = Object.entries(before.tiers);
  if (tiers.some(([id, tier]) => tier !== null && after.tiers[id] !== tier)) moves.tierChanged += 1;
  for (const [id, was] of Object.entries(before.facts)) {
    if (was !== null) countMove(moves, id, was, after.facts[id] ?? null, units.get(id) ?? '');
  }
};

const countMove = (
  { facts }: Moves,
  id: string,
  was: Exclude<Figure, null>,
  is: Figure,
  unit: string,
): void => {
  const count = facts.get(id) ?? { compared: 0, moved: 0, lost: 0 };
  facts.set(id, count);
  count.compared += 1;
  if (is === null) count.lost += 1;
  if (is === null || hasMoved(was, is, unit)) count.moved += 1;
};

/** Ten points of a hundred for shares and changes, a quarter for all other figures: what crept is no news. */
const hasMoved = (was: Figure, is: Figure, unit: string): boolean => {
  if (typeof was !== 'number' || typeof is !== 'number') return was !== is;
  const apart = Math.abs(is - was);
  return unit === 'basis points'
    ? apart > 1_000
    : 4 * apart > Math.max(Math.abs(was), Math.abs(is));
};
