import type { Scores, ScoreStatus } from '../../domain/score.ts';
import { dayFromNumber, dayNumber, type Day } from '../../domain/time.ts';
import { pastScoreOf, type DatedPast, type Past, type PastScore } from './past.ts';

/**
 * The history of an account's scores up to a day, in the few numbers that alerts ask of it: what 180 receipts say is one
 * short row. It follows from the receipts, and is made anew from them wherever it does not reach.
 */
export type Trail = {
  /** The first and the last day; every day between them is there. */
  readonly first: number;
  readonly last: number;
  readonly scores: Readonly<Record<string, Track>>;
};

/** One score: of each day its status, value, version of weights and points by input, `null` for not known in whole. */
type Track = {
  readonly inputs: readonly string[];
  readonly versions: readonly string[];
  readonly days: readonly (readonly (number | null)[])[];
};

const STATUSES: readonly ScoreStatus[] = ['known', 'unknown', 'too_young'];

/** `null` for a history that has gaps, or in which a score is younger than another. */
export const trailOf = (history: Past['history'], first: Day, last: Day): Trail | null => {
  const length = dayNumber(last) - dayNumber(first) + 1;
  const tracks = Object.entries(history).map(([id, dated]) => {
    const within = dated.filter(({ day }) => day >= first && day <= last);
    return [id, within] as const;
  });
  if (tracks.length === 0 || tracks.some(([, within]) => within.length !== length)) return null;
  return {
    first: dayNumber(first),
    last: dayNumber(last),
    scores: Object.fromEntries(tracks.map(([id, within]) => [id, trackOf(within)])),
  };
};

const trackOf = (dated: readonly DatedPast[]): Track => {
  const inputs = [...new Set(dated.flatMap(({ score }) => Object.keys(score.points)))];
  const versions = [...new Set(dated.map(({ score }) => score.weightsVersion))];
  const dayOf = ({ status, value, weightsVersion, points }: PastScore) => [
    STATUSES.indexOf(status),
    value,
    versions.indexOf(weightsVersion),
    ...inputs.map((input) => points[input] ?? null),
  ];
  return { inputs, versions, days: dated.map(({ score }) => dayOf(score)) };
};

/** Whether a trail has every day from one to another, of all those scores. */
export const reaches = (
  { first, last, scores }: Trail,
  asked: { readonly from: Day; readonly until: Day; readonly scores: readonly string[] },
): boolean =>
  first <= dayNumber(asked.from) &&
  last >= dayNumber(asked.until) &&
  asked.scores.every((id) => Object.hasOwn(scores, id));

/** The past from a day on that a trail and the scores of yesterday make. */
export const goOn = (trail: Trail, from: Day, yesterday: Day, scores: Scores): Past => {
  const before = historyOf(trail, from, yesterday);
  const history = Object.values(scores).map((score): [string, readonly DatedPast[]] => [
    score.id,
    [...(before[score.id] ?? []), { day: yesterday, score: pastScoreOf(score) }],
  ]);
  return { history: Object.fromEntries(history), previous: scores };
};

/** The history that a trail keeps from a day until the day before another. */
const historyOf = ({ first, scores }: Trail, from: Day, until: Day): Past['history'] =>
  Object.fromEntries(
    Object.entries(scores).map(([id, track]) => [
      id,
      track.days
        .map((day, index) => ({ day: dayFromNumber(first + index), score: pastScore(track, day) }))
        .filter(({ day }) => day >= from && day < until),
    ]),
  );

const pastScore = (
  { inputs, versions }: Track,
  [status, value, version, ...points]: readonly (number | null)[],
): PastScore => ({
  status: STATUSES[status ?? -1] ?? 'unknown',
  value: value ?? 0,
  weightsVersion: versions[version ?? -1] ?? '',
  points: Object.fromEntries(
    inputs.flatMap((input, index) => {
      const given = points[index] ?? null;
      return given === null ? [] : [[input, given]];
    }),
  ),
});
