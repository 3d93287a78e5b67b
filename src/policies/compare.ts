import { ROLES } from '../domain/person.ts';
import type { TenantConfig } from '../domain/tenant.ts';
import { decide, type PolicyOutcome } from './decide.ts';
import type { PolicyInput } from './define.ts';
import { evaluate } from './evaluate.ts';
import {
  actionsToAsk,
  isNamed,
  leavesOf,
  pathsInDispute,
  reads,
  requestAt,
  type Leaf,
  type Point,
} from './generated-cases.ts';
import type { PreparedPolicies } from './prepare.ts';

/** A policy set with the files that its thresholds come from. */
export interface PolicySide {
  readonly policies: PreparedPolicies;
  readonly config: TenantConfig;
}

/** A kind of case that two sides decide differently, with one case that shows it. */
export interface PolicyFlip {
  readonly action: string;
  /** Whether nothing names the action, so that it stands for every action that no policy names. */
  readonly anyOther: boolean;
  readonly before: PolicyOutcome['verdict'];
  readonly after: PolicyOutcome['verdict'];
  readonly towardsPermit: boolean;
  /** Rules that spoke on one side alone. */
  readonly rules: readonly string[];
  /** Generated cases of this kind. */
  readonly cases: number;
  /** What tells the example from the case in which most is let through. */
  readonly example: Readonly<Record<string, boolean | number | string>>;
}

export interface PolicyComparison {
  readonly cases: number;
  readonly flips: readonly PolicyFlip[];
}

/** People are no part of the comparison: there is always somebody to ask. */
const ELIGIBLE = Array.from({ length: 9 }, () => ({ roles: ['admin'] }));

interface Comparison {
  readonly inputs: readonly PolicyInput[];
  readonly leaves: readonly Leaf[];
  readonly action: string;
  readonly before: PolicySide;
  readonly after: PolicySide;
}

/**
 * Asks two policy sets about generated cases, and tells the kinds of case that they decide differently. From the case
 * in which most is let through every input is moved through its values; and for every value of an input that a rule
 * reads of which the sides differ, such a case is sought again and every other such input moved from there: so each pair
 * of values that can make a difference is asked about where nothing else stands in the way. Yields how far it is.
 */
export function* comparePolicies(
  inputs: readonly PolicyInput[],
  actions: readonly string[],
  before: PolicySide,
  after: PolicySide,
): Generator<{ readonly done: number; readonly total: number }, PolicyComparison> {
  const sets = [before.policies, after.policies];
  const leaves = leavesOf(inputs, sets, [before.config, after.config]);
  const asked = actionsToAsk(actions, sets);
  const disputed = pathsInDispute(inputs, leaves, [before, after]);
  const moving = leaves.filter(({ path }) => disputed.has(path));
  const fixed = moving.flatMap(({ path, values }) => values.map((value) => ({ path, value })));
  const total = asked.length * (fixed.length + 1);
  const kinds = new Map<string, PolicyFlip>();
  let [cases, done] = [0, 0];
  for (const action of asked) {
    const comparison = { inputs, leaves, action, before, after };
    const seen = new Set<string>();
    const open = [before, after].map((side) => tolerant(comparison, side));
    const usual = open[0] ?? {};
    const look = (points: readonly Point[]): void => {
      for (const point of points) {
        if (seen.size === seen.add(JSON.stringify(point)).size) continue;
        cases += 1;
        note(kinds, comparison, point, usual);
      }
    };
    for (const point of open) look(around(point, leaves));
    yield { done: ++done, total };
    for (const { path, value } of fixed) {
      const later = moving.slice(moving.findIndex((leaf) => leaf.path === path) + 1);
      for (const [index, side] of [before, after].entries()) {
        const base = openest(comparison, side, { ...open[index], [path]: value }, path);
        look(around(base, later));
      }
      yield { done: ++done, total };
    }
  }
  return { cases, flips: [...kinds.values()] };
}

/** From a point, the best value of one leaf after the other: the point in which the least stands in the way. */
const openest = (comparison: Comparison, side: PolicySide, from: Point, fixed?: string): Point => {
  const { leaves } = comparison;
  let point: Point = {
    ...Object.fromEntries(leaves.map(({ path, values }) => [path, values[0] ?? 0])),
    ...from,
  };
  let best = resistance(comparison, side, point);
  for (let improved = true; improved && best > 0;) {
    improved = false;
    for (const { path, values } of inTheWay(comparison, side, point)) {
      for (const value of path === fixed ? [] : values) {
        const other = { ...point, [path]: value };
        const found = resistance(comparison, side, other);
        if (found < best) [point, best, improved] = [other, found, true];
      }
    }
  }
  return point;
};

/** The leaves that the rules read which forbid at a point; where none does, those that permits read. */
const inTheWay = (
  { inputs, leaves, action }: Comparison,
  { policies, config }: PolicySide,
  point: Point,
): readonly Leaf[] => {
  const { rules } = evaluate(policies, requestAt(inputs, action, point, config));
  const permits = [...policies.rules.values()].filter(({ effect }) => effect === 'permit');
  const ids = rules.length > 0 ? rules : permits.map(({ id }) => id);
  return leaves.filter(({ path }) => ids.some((id) => reads(policies.texts[id] ?? '', path)));
};

/**
 * An open point that stays open as widely as can be: what one value needs of other inputs (a message that goes out needs
 * a recipient) is kept where it does no harm, so that two values at once find nothing in their way but one another.
 */
const tolerant = (comparison: Comparison, side: PolicySide): Point => {
  let point = openest(comparison, side, {});
  for (const { path, values } of comparison.leaves) {
    for (const value of values) {
      const needed = openest(comparison, side, { ...point, [path]: value }, path);
      const restored: Point = { ...needed, [path]: point[path] ?? value };
      if (resistance(comparison, side, restored) === 0) point = restored;
    }
  }
  return point;
};

/** How much stands in the way: nothing, no rule that permits, or so many rules that forbid. */
const resistance = ({ inputs, action }: Comparison, side: PolicySide, point: Point): number => {
  const answer = evaluate(side.policies, requestAt(inputs, action, point, side.config));
  if (answer.allowed) return 0;
  return answer.rules.length === 0 ? 0.5 : answer.rules.length;
};

/** The point itself and every point that differs in one more value of these leaves. */
const around = (base: Point, leaves: readonly Leaf[]): Point[] => [
  base,
  ...leaves.flatMap(({ path, values }) =>
    values.filter((value) => value !== base[path]).map((value) => ({ ...base, [path]: value })),
  ),
];

const note = (
  kinds: Map<string, PolicyFlip>,
  comparison: Comparison,
  point: Point,
  usual: Point,
): void => {
  const { action, before, after } = comparison;
  if (answersAlike(comparison, point)) return;
  const was = outcomeAt(comparison, before, point);
  const is = outcomeAt(comparison, after, point);
  const direction = compareStrength(was, is);
  if (direction === 0) return;
  const rules = differing(was, is);
  const key = JSON.stringify([action, was.verdict, is.verdict, rules]);
  const known = kinds.get(key);
  const example = Object.fromEntries(
    Object.entries(point).filter(([path, value]) => usual[path] !== value),
  );
  const isShorter = known === undefined || size(example) < size(known.example);
  kinds.set(key, {
    action,
    anyOther: !isNamed(action, [before.policies, after.policies]),
    before: was.verdict,
    after: is.verdict,
    towardsPermit: direction > 0,
    rules,
    cases: (known?.cases ?? 0) + 1,
    example: isShorter ? example : known.example,
  });
};

/** The same rules that apply, lifted by the same people, come to the same outcome. */
const answersAlike = ({ inputs, action, before, after }: Comparison, point: Point): boolean => {
  const [was, is] = [before, after].map(({ policies, config }) => {
    const { allowed, rules, errors } = evaluate(policies, requestAt(inputs, action, point, config));
    const lifts = rules.map((id) => {
      const { approvers = null, quorum = 0 } = policies.rules.get(id) ?? {};
      return [id, approvers, quorum];
    });
    return JSON.stringify([allowed, lifts, errors]);
  });
  return was === is;
};

const size = (example: object): number => Object.keys(example).length;

const outcomeAt = ({ inputs, action }: Comparison, side: PolicySide, point: Point): PolicyOutcome =>
  decide(side.policies, requestAt(inputs, action, point, side.config), { eligible: ELIGIBLE });

const differing = (was: PolicyOutcome, is: PolicyOutcome): string[] => {
  const [before, after] = [was, is].map(({ reasons }) => reasons.map(({ rule }) => rule));
  return [
    ...(before ?? []).filter((rule) => !after?.includes(rule)).map((rule) => `−${rule}`),
    ...(after ?? []).filter((rule) => !before?.includes(rule)).map((rule) => `+${rule}`),
  ].sort();
};

/** What can be said of how much an outcome lets through. */
export interface Strength {
  readonly verdict: string;
  readonly quorum: number;
  readonly approvers: readonly string[];
}

/** Refused, or not asked for at all; a person has to say yes; it happens by itself, at once or when its time has come. */
const LETS_THROUGH: Readonly<Record<string, number>> = {
  forbid: 0,
  none: 0,
  escalate: 1,
  draft: 1,
  hold: 2,
  permit: 2,
};

/** Above 0: `after` lets more through than `before`, which fewer people or lower roles to ask are too. */
export const compareStrength = (before: Strength, after: Strength): number => {
  const verdicts = (LETS_THROUGH[after.verdict] ?? 0) - (LETS_THROUGH[before.verdict] ?? 0);
  if (verdicts !== 0 || before.verdict !== 'escalate' || after.verdict !== 'escalate')
    return verdicts;
  return before.quorum - after.quorum || lowestRole(before) - lowestRole(after);
};

const lowestRole = ({ approvers }: Strength): number =>
  Math.min(ROLES.length, ...approvers.map((role) => ROLES.findIndex((one) => one === role)));
