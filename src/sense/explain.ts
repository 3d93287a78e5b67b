import type { Contribution, Score, ScoreStatus } from '../domain/score.ts';
import { addDays, type Day } from '../domain/time.ts';
import type { TenantTx } from '../platform/db/database.ts';
import { latestScores } from './assess-store.ts';
import { scoreHistory, type DatedScore } from './score-store.ts';

/** One line of two receipts side by side. */
export interface ExplainedLine {
  readonly input: string;
  /** Points on the earlier day; `null` when it had no such line, or no day is compared with. */
  readonly then: number | null;
  readonly now: number | null;
  readonly change: number | null;
  readonly weight: number;
  readonly known: boolean;
  readonly reason: string;
  readonly reasonThen: string | null;
}

/** Why a score is what it is, and what made it differ from what it was. */
export interface Explanation {
  readonly id: string;
  readonly status: ScoreStatus;
  readonly value: number;
  readonly supported: number;
  readonly tier: string | null;
  readonly coverage: number;
  readonly weightsVersion: string;
  /** On the earlier day; `null` without one. */
  readonly valueThen: number | null;
  readonly tierThen: string | null;
  /** Adds up the lines' changes. */
  readonly change: number | null;
  /** The points of the lines add up to the value. */
  readonly lines: readonly ExplainedLine[];
  readonly missing: readonly string[];
  /** Inputs that weigh most on the account now, heaviest first, at most three. */
  readonly primary: readonly string[];
  /** The last 30 days and today, oldest first. */
  readonly trend: readonly {
    readonly day: Day;
    readonly value: number;
    readonly tier: string | null;
  }[];
  readonly note: string | null;
}

/** The difference of two receipts. Pure: adds nothing that they do not say. */
export const explainScore = ({
  now,
  then,
  history,
  today,
}: {
  readonly now: Score;
  readonly then: Score | null;
  readonly history: readonly DatedScore[];
  readonly today: Day;
}): Explanation => ({
  id: now.id,
  status: now.status,
  value: now.value,
  supported: now.supported,
  tier: now.tier,
  coverage: now.coverage,
  weightsVersion: now.weightsVersion,
  valueThen: then?.value ?? null,
  tierThen: then?.tier ?? null,
  change: then === null ? null : now.value - then.value,
  lines: linesOf(now, then),
  missing: now.contributions.filter(({ known }) => !known).map(({ input }) => input),
  primary: primaryOf(now),
  trend: trendOf(history, now, today),
  note: now.note ?? null,
});

/** Lines of the receipt in its order, then those that only the earlier one has. */
const linesOf = (now: Score, then: Score | null): readonly ExplainedLine[] => {
  const before = new Map(then?.contributions.map((line) => [line.input, line]));
  const after = new Set(now.contributions.map(({ input }) => input));
  const gone = [...before.values()].filter(({ input }) => !after.has(input));
  return [
    ...now.contributions.map((line) => lineOf(line, before.get(line.input), then !== null)),
    ...gone.map((line) => ({
      ...lineOf(line, line, true),
      now: null,
      change: -line.points || 0,
      reason: 'no longer a line of the score',
    })),
  ];
};

const lineOf = (
  line: Contribution,
  before: Contribution | undefined,
  compared: boolean,
): ExplainedLine => ({
  input: line.input,
  then: before?.points ?? null,
  now: line.points,
  change: compared ? line.points - (before?.points ?? 0) : null,
  weight: line.weight,
  known: line.known,
  reason: line.reason,
  reasonThen: before?.reason ?? null,
});

const MOST_PRIMARY = 3;

/** Lines that make the score worse: points of a risk, deductions of a health. Heaviest first, then in order. */
const primaryOf = ({ contributions }: Score): readonly string[] =>
  contributions
    .filter(({ input, known, points }) => known && points !== 0 && !NOT_INPUTS.has(input))
    .toSorted((a, b) => Math.abs(b.points) - Math.abs(a.points))
    .slice(0, MOST_PRIMARY)
    .map(({ input }) => input);

const NOT_INPUTS = new Set(['base', 'clamp']);

const TREND_DAYS = 30;

const trendOf = (history: readonly DatedScore[], now: Score, today: Day): Explanation['trend'] => [
  ...history
    .filter(({ day }) => day >= addDays(today, -TREND_DAYS) && day < today)
    .map(({ day, score }) => ({ day, value: score.value, tier: score.tier })),
  { day: today, value: now.value, tier: now.tier },
];

/** What `retinue explain <account> [--since <day>]` shows. */
export interface AccountExplanation {
  readonly accountId: string;
  /** The day of the newest scores. */
  readonly day: Day;
  /** The day compared with: the newest with scores at or before the one asked for (a week ago by default). */
  readonly since: Day | null;
  readonly scores: readonly Explanation[];
}

const USUAL_DAYS = 7;

/** Explains the newest scores of an account in a world; `null` when it has none. */
export const explainAccount = async (
  tx: TenantTx,
  asked: { readonly accountId: string; readonly world: string; readonly since?: Day },
): Promise<AccountExplanation | null> => {
  const { accountId, world } = asked;
  const [latest] = await latestScores(tx, { world, accountIds: [accountId] });
  if (latest === undefined) return null;
  const { day, scores } = latest;
  const history = await scoreHistory(tx, { accountId, world, to: day });
  const since = dayBefore(history, asked.since ?? addDays(day, -USUAL_DAYS), day);
  return {
    accountId,
    day,
    since,
    scores: Object.values(scores).map((now) => {
      const dated = history[now.id] ?? [];
      const then = dated.find((one) => one.day === since)?.score ?? null;
      return explainScore({ now, then, history: dated, today: day });
    }),
  };
};

/** The newest earlier day with scores that is not after the one asked for; the first there is, when all are after. */
const dayBefore = (
  history: Readonly<Record<string, readonly DatedScore[]>>,
  asked: Day,
  today: Day,
): Day | null => {
  const days = [
    ...new Set(
      Object.values(history)
        .flat()
        .map(({ day }) => day),
    ),
  ]
    .filter((day) => day < today)
    .sort();
  return days.findLast((day) => day <= asked) ?? days[0] ?? null;
};
