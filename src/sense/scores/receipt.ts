import type { Contribution, Score, ScoreStatus } from '../../domain/score.ts';
import type { ScoreInput } from './define.ts';
import type { Line, LineReading } from './line.ts';
import { settingsInForce, type Settings, type SettingsInForce } from './settings.ts';

/** What rating needs of a score's definition. */
interface Rated {
  readonly id: string;
  readonly higherIs: 'better' | 'worse';
  readonly tiers: readonly { readonly name: string; readonly from: number }[];
  readonly weightsVersion: string;
  readonly lines: readonly Line[];
  readonly packaged: Settings;
}

const MOST = 100;
const WHOLE = 10_000;
const NO_SCALE = { from: 0, full: WHOLE };

/** The line that a score of which higher is better starts from. */
const BASE: Contribution = {
  input: 'base',
  points: MOST,
  weight: MOST,
  known: true,
  reason: 'an account starts from 100; each line takes away',
};

/** The mark on the part of a line whose input is missing. */
export const MISSING = ':missing';

/**
 * Rates by lines of whole points. A line's known part is what present inputs prove; a missing part counts, in `value`
 * alone, as the worse of last known and neutral (all of it, where only a part is missing and bounds are known).
 * Contributions add up to `value`; `supported` adds up the known ones. Sign: lines add risk, or take from health.
 */
export const rateByLines = (score: Rated, input: ScoreInput): Score => {
  const settings = settingsInForce(score, input.settings);
  const sign = score.higherIs === 'worse' ? 1 : -1;
  const read = score.lines.map((line) => ({
    line,
    weight: settings.weights[line.input] ?? 0,
    reading: line.read(input, settings.scales[line.input] ?? NO_SCALE),
  }));
  const lines = [
    ...(sign === 1 ? [] : [BASE]),
    ...read.flatMap(({ line, weight, reading }) =>
      contributionsOf(line.input, weight, reading, { settings, sign, previous: input.previous }),
    ),
  ];
  const contributions = withClamp(lines);
  const value = totalOf(contributions);
  const coverage = coverageOf(read);
  const { status, note } = statusOf(input, settings, coverage, read);
  return {
    id: score.id,
    status,
    value,
    supported: clamp(totalOf(lines.filter(({ known }) => known))),
    tier: status === 'known' ? bandOf(score, value) : null,
    coverage,
    contributions,
    weightsVersion: settings.version,
    at: input.now,
    ...(note === null ? {} : { note }),
  };
};

/** The band that a number of points falls in: lower bounds are inclusive. */
export const bandOf = ({ tiers }: Pick<Rated, 'tiers'>, points: number): string | null =>
  tiers.findLast(({ from }) => points >= from)?.name ?? null;

const totalOf = (lines: readonly Contribution[]): number =>
  lines.reduce((total, { points }) => total + points, 0);

const clamp = (points: number): number => Math.min(MOST, Math.max(0, points));

const withClamp = (lines: readonly Contribution[]): readonly Contribution[] => {
  const total = totalOf(lines);
  const points = clamp(total) - total;
  if (points === 0) return lines;
  const reason = `held within 0 to 100 (the lines add up to ${total})`;
  return [...lines, { input: 'clamp', points, weight: Math.abs(points), known: true, reason }];
};

interface LineContext {
  readonly settings: Settings;
  readonly sign: 1 | -1;
  readonly previous: Score | null;
}

const contributionsOf = (
  input: string,
  weight: number,
  reading: LineReading,
  { settings, sign, previous }: LineContext,
): readonly Contribution[] => {
  const line = (points: number, rest: Omit<Contribution, 'points'>): Contribution => ({
    // INVARIANT: no −0, which JSON would turn into 0 and a comparison would not.
    points: points === 0 ? 0 : sign * points,
    ...rest,
  });
  if (!reading.known) {
    const points = Math.max(lastPoints(previous, input, weight), shareOf(weight, settings.neutral));
    return [line(points, { input, weight, known: false, reason: reading.reason })];
  }
  const least = shareOf(weight, reading.atLeast);
  const hidden = shareOf(weight, reading.atMost) - least;
  const known = line(least, { input, weight, known: true, reason: reading.reason });
  if (hidden === 0) return [known];
  const reason = reading.missing ?? 'part of the input is missing';
  return [
    known,
    line(hidden, { input: `${input}${MISSING}`, weight: hidden, known: false, reason }),
  ];
};

const shareOf = (weight: number, basisPoints: number): number =>
  Math.round((weight * basisPoints) / WHOLE);

/** Points that the line had in the last score, its missing part with it, at today's weight. */
const lastPoints = (previous: Score | null, input: string, weight: number): number => {
  const before = previous?.contributions.filter(
    (line) => line.input === input || line.input === `${input}${MISSING}`,
  );
  const [main] = before ?? [];
  if (before === undefined || main === undefined || main.weight === 0) return 0;
  return Math.round((Math.abs(totalOf(before)) * weight) / main.weight);
};

interface ReadLine {
  readonly line: Line;
  readonly weight: number;
  readonly reading: LineReading;
}

const coverageOf = (read: readonly ReadLine[]): number => {
  const all = read.reduce((total, { weight }) => total + weight, 0);
  const present = read.reduce(
    (total, { weight, reading }) => total + weight * (reading.known ? reading.coverage : 0),
    0,
  );
  return all === 0 ? 0 : Math.floor(present / all);
};

const statusOf = (
  { facts }: ScoreInput,
  settings: SettingsInForce,
  coverage: number,
  read: readonly ReadLine[],
): { readonly status: ScoreStatus; readonly note: string | null } => {
  const age = facts['account_age']?.value;
  if (typeof age !== 'number') return { status: 'unknown', note: 'the account’s age is not known' };
  if (age < settings.youngDays) {
    const note = `the account is ${age} days old; its baseline takes ${settings.youngDays}`;
    return { status: 'too_young', note };
  }
  const missing = read.filter(({ reading }) => !reading.known).map(({ line }) => line.input);
  const lacks = missing.length === 0 ? null : `missing: ${missing.join(', ')}`;
  if (coverage >= settings.minimumCoverage) return { status: 'known', note: lacks };
  const share = Math.floor(coverage / 100);
  const needed = Math.ceil(settings.minimumCoverage / 100);
  return { status: 'unknown', note: `only ${share} % of ${needed} % covered; ${lacks ?? ''}` };
};
