import { unknownFact, type Fact, type Facts } from '../../domain/fact.ts';
import type { Score } from '../../domain/score.ts';
import { addDays, type Day } from '../../domain/time.ts';
import { pastScoreOf, type DatedPast, type PastScore } from './past.ts';

/** A metric that declined between two days, in points of health. */
export type Decline = {
  readonly input: string;
  readonly points: number;
  readonly reason: string;
};

/** A fall of health between a day and today: whether it calls for a person, and what fell. */
export type Fall = {
  readonly alert: boolean;
  readonly points: number;
  readonly since: Day | null;
  readonly declines: readonly Decline[];
};

/** One of the three alerts of requirement C6. */
export type HealthAlert = {
  readonly kind: 'drop_7d' | 'slow_decline' | 'abandoned_feature';
  readonly since: Day | null;
  readonly points: number | null;
  readonly feature: string | null;
  readonly metrics: readonly Decline[];
};

/** How far a fall must go between today and a day so far back. */
interface Span {
  readonly points: number;
  readonly nearest: number;
  readonly farthest: number;
  /** Inputs that do not count. */
  readonly leavesOut: readonly string[];
  /** How much of it must have happened by a week ago. */
  readonly pointsByThen: number;
}

const WEEK = 7;

/** Requirement C6: 20 or more points down within 7 days. */
const DROP: Span = { points: 20, nearest: 1, farthest: WEEK, leavesOut: [], pointsByThen: 0 };
/**
 * Requirement C6: a leak of engagement over 30 to 60 days; three quarters of a drop, as it has had time to be noticed,
 * and a third of it older than a week. An unpaid invoice is no leak: dunning looks after it.
 */
const LEAK: Span = {
  points: 15,
  nearest: 30,
  farthest: 60,
  leavesOut: ['payment_status'],
  pointsByThen: 5,
};

/**
 * The facts of the three alerts. A drop is the sum of the declines of inputs known on both days: what rose in one input
 * does not hide what fell in another, and an input that went missing neither makes nor unmakes a decline of the rest.
 * So removing an input never creates an alert.
 */
export const healthFacts = (
  facts: Facts,
  health: Score | undefined,
  history: readonly DatedPast[],
  today: Day,
): Facts => {
  const drop = fallFact(DROP, health, history, today);
  const leak = fallFact(LEAK, health, history, today);
  return {
    health_drop: drop,
    health_slow_decline: leak,
    health_alerts: alertsFact(drop, leak, facts['abandoned_feature'] ?? UNKNOWN),
  };
};

const UNKNOWN = unknownFact('alerts', 'not derived');

const fallFact = (
  span: Span,
  health: Score | undefined,
  history: readonly DatedPast[],
  today: Day,
): Fact<Fall> => {
  const unit = 'points of health';
  if (health?.status !== 'known') {
    return unknownFact(unit, `health is not known: ${health?.note ?? 'not rated'}`);
  }
  const value = deepestFall(span, health, history, today);
  if (value === null) return unknownFact(unit, 'there is no earlier day to compare with');
  // Alerts tell a person; no money rests on them, so they carry no trusted value of their own.
  const { at, coverage } = health;
  return { value, trustedValue: null, unit, sources: [], freshAt: at, coverage };
};

/** The deepest fall that calls for a person; when none does, the deepest. */
const deepestFall = (
  span: Span,
  now: Score,
  history: readonly DatedPast[],
  today: Day,
): Fall | null => {
  const from = addDays(today, -span.farthest);
  const until = addDays(today, -span.nearest);
  const comparable = history.filter(({ score }) => isComparable(score, now));
  const aWeekAgo = comparable.findLast(({ day }) => day <= addDays(today, -WEEK))?.score ?? null;
  const current = pastScoreOf(now);
  const worst = comparable
    .filter(({ day }) => day >= from && day <= until)
    .map((then) => depthSince(span, then, current, aWeekAgo))
    .reduce<Depth | null>(
      (most, fall) => (most === null || isWorse(fall, most) ? fall : most),
      null,
    );
  if (worst === null) return null;
  const { alert, points, then } = worst;
  return { alert, points, since: then.day, declines: declinesOf(span, then.score, now, current) };
};

interface Depth {
  readonly alert: boolean;
  readonly points: number;
  readonly then: DatedPast;
}

const isWorse = (a: Depth, b: Depth): boolean =>
  a.alert === b.alert ? a.points > b.points : a.alert;

const depthSince = (
  span: Span,
  then: DatedPast,
  now: PastScore,
  aWeekAgo: PastScore | null,
): Depth => {
  const points = pointsLost(span, then.score, now);
  const pointsByThen = aWeekAgo === null ? 0 : pointsLost(span, then.score, aWeekAgo);
  const alert = points >= span.points && pointsByThen >= span.pointsByThen;
  return { alert, points, then };
};

/** What the inputs lost that were known in whole on both days. */
const pointsLost = ({ leavesOut }: Span, then: PastScore, now: PastScore): number => {
  let lost = 0;
  for (const input of Object.keys(now.points)) {
    if (!leavesOut.includes(input)) lost += lossOf(input, then, now);
  }
  return lost;
};

const lossOf = (input: string, then: PastScore, now: PastScore): number => {
  const [before, after] = [then.points[input], now.points[input]];
  return before === undefined || after === undefined ? 0 : Math.max(0, before - after);
};

/** Declines of a score of which higher is better, largest first. */
const declinesOf = (
  { leavesOut }: Span,
  then: PastScore,
  { contributions }: Score,
  now: PastScore,
): readonly Decline[] =>
  contributions
    .filter(({ input }) => !leavesOut.includes(input))
    .map(({ input, reason }) => ({ input, points: lossOf(input, then, now), reason }))
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points);

const alertsFact = (
  drop: Fact<Fall>,
  leak: Fact<Fall>,
  abandoned: Fact,
): Fact<readonly HealthAlert[]> => {
  if (drop.value === null && leak.value === null && abandoned.value === null) {
    return { ...UNKNOWN, note: drop.note ?? 'not derived' };
  }
  return {
    value: [
      ...fallAlert('drop_7d', drop.value),
      ...fallAlert('slow_decline', leak.value),
      ...abandonedAlerts(abandoned),
    ],
    trustedValue: null,
    unit: UNKNOWN.unit,
    sources: abandoned.sources,
    freshAt: drop.freshAt ?? leak.freshAt ?? abandoned.freshAt,
    coverage: Math.max(drop.coverage, leak.coverage),
    ...(drop.note === undefined ? {} : { note: drop.note }),
  };
};

const fallAlert = (kind: HealthAlert['kind'], fall: Fall | null): readonly HealthAlert[] =>
  fall?.alert === true
    ? [{ kind, since: fall.since, points: fall.points, feature: null, metrics: fall.declines }]
    : [];

/** Points under other weights are not the same points. */
const isComparable = (then: PastScore, now: Score): boolean =>
  then.status === 'known' && then.weightsVersion === now.weightsVersion;

const abandonedAlerts = ({ value }: Fact): readonly HealthAlert[] =>
  Array.isArray(value) ? (value as readonly AbandonedFeature[]).map(abandonedAlert) : [];

type AbandonedFeature = {
  readonly feature: string;
  readonly name: string;
  readonly kind: 'requested' | 'sold';
  readonly lastUsedOn: Day;
  readonly quietDays: number;
};

const abandonedAlert = (one: AbandonedFeature): HealthAlert => ({
  kind: 'abandoned_feature',
  since: one.lastUsedOn,
  points: null,
  feature: one.feature,
  metrics: [
    {
      input: 'abandoned_feature',
      points: 0,
      reason: `${one.name}, which was ${one.kind === 'sold' ? 'sold to them' : 'asked for'}, has not been used for ${one.quietDays} days`,
    },
  ],
});
