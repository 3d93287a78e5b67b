import type { Contribution, Score, Scores, ScoreStatus } from '../domain/score.ts';
import type { Day, Instant } from '../domain/time.ts';
import type { TenantTx } from '../platform/db/database.ts';

const HISTORY_COLUMNS = {
  tenant_id: 'text',
  world: 'text',
  account_id: 'text',
  score_id: 'text',
  day: 'date',
  status: 'text',
  value: 'smallint',
  supported: 'smallint',
  tier: 'text',
  coverage: 'integer',
  weights_version: 'text',
  at: 'timestamptz',
  note: 'text',
  receipt: 'json',
};

/** A line of a receipt as it is kept: in order, without the names of its fields, and without a reason for nothing. */
type KeptLine = readonly [
  input: string,
  points: number,
  weight: number,
  known: boolean,
  reason?: string,
];

const keptLine = ({ input, points, weight, known, reason }: Contribution): KeptLine =>
  known && points === 0 ? [input, points, weight, known] : [input, points, weight, known, reason];

const lineOf = ([input, points, weight, known, reason]: KeptLine): Contribution => ({
  input,
  points,
  weight,
  known,
  reason: reason ?? 'nothing to say against it',
});

export interface DayOfScores {
  readonly accountId: string;
  readonly day: Day;
  readonly scores: Scores;
}

/** Writes days of scores; a day that is there already is written anew. */
export const saveScores = async (
  tx: TenantTx,
  world: string,
  days: readonly DayOfScores[],
): Promise<void> => {
  const rows = days.flatMap(({ accountId, day, scores }) =>
    Object.values(scores).map((score) => [
      tx.tenantId,
      world,
      accountId,
      score.id,
      day,
      score.status,
      score.value,
      score.supported,
      score.tier,
      score.coverage,
      score.weightsVersion,
      score.at,
      score.note ?? null,
      score.contributions.map(keptLine),
    ]),
  );
  await tx.bulkInsert('score_history', HISTORY_COLUMNS, rows, OVERWRITE);
};

const OVERWRITE = `on conflict (tenant_id, world, account_id, score_id, day) do update set ${Object.keys(
  HISTORY_COLUMNS,
)
  .slice(5)
  .map((column) => `${column} = excluded.${column}`)
  .join(', ')}`;

interface HistoryRow {
  readonly account_id: string;
  readonly score_id: string;
  readonly day: Day;
  readonly status: ScoreStatus;
  readonly value: number;
  readonly supported: number;
  readonly tier: string | null;
  readonly coverage: number;
  readonly weights_version: string;
  readonly at: Instant;
  readonly note: string | null;
  readonly receipt: readonly KeptLine[];
}

const scoreOf = (row: HistoryRow): Score => ({
  id: row.score_id,
  status: row.status,
  value: row.value,
  supported: row.supported,
  tier: row.tier,
  coverage: row.coverage,
  contributions: row.receipt.map(lineOf),
  weightsVersion: row.weights_version,
  at: row.at,
  ...(row.note === null ? {} : { note: row.note }),
});

interface AskedDays {
  readonly world: string;
  readonly accountIds: readonly string[];
  readonly from?: Day;
  readonly to?: Day;
  /** These scores alone: with one day it is found without walking all days. */
  readonly scores?: readonly string[];
}

/**
 * Both days are included; oldest first. Each account is looked up by itself: asked for all at once, PostgreSQL reads the
 * whole table wherever it has no statistics yet, which is so all through the first run of a new company.
 */
const historyRows = async (tx: TenantTx, asked: AskedDays): Promise<readonly HistoryRow[]> =>
  asked.accountIds.length === 0
    ? []
    : tx.query<HistoryRow>(
        `select found.* from unnest($2::text[]) as asked (id) cross join lateral (
       select account_id, score_id, day, status, value, supported, tier, coverage, weights_version, at, note, receipt
       from score_history
       where world = $1 and account_id = asked.id and ($3::date is null or day >= $3) and ($4::date is null or day <= $4)
         and ($5::text[] is null or score_id = any($5))
       offset 0
     ) as found order by day`,
        [asked.world, asked.accountIds, asked.from ?? null, asked.to ?? null, asked.scores ?? null],
      );

/** Scores of accounts over days, by account and day, oldest first. */
export const scoresByDay = async (
  tx: TenantTx,
  asked: AskedDays,
): Promise<ReadonlyMap<string, ReadonlyMap<Day, Scores>>> => {
  const accounts = new Map<string, Map<Day, Record<string, Score>>>();
  for (const row of await historyRows(tx, asked)) {
    const days = accounts.get(row.account_id) ?? new Map<Day, Record<string, Score>>();
    const scores = days.get(row.day) ?? {};
    scores[row.score_id] = scoreOf(row);
    accounts.set(row.account_id, days.set(row.day, scores));
  }
  return accounts;
};

/** One day of a score's history. */
export interface DatedScore {
  readonly day: Day;
  readonly score: Score;
}

/** Earlier scores of one account by score id, oldest first. */
export type ScoreHistory = Readonly<Record<string, readonly DatedScore[]>>;

/** Scores of one account, by score id, oldest first. */
export const scoreHistory = async (
  tx: TenantTx,
  asked: {
    readonly accountId: string;
    readonly world?: string;
    readonly from?: Day;
    readonly to?: Day;
  },
): Promise<ScoreHistory> => {
  const { accountId, world = 'live', ...bounds } = asked;
  const history: Record<string, DatedScore[]> = {};
  for (const row of await historyRows(tx, { world, accountIds: [accountId], ...bounds }))
    (history[row.score_id] ??= []).push({ day: row.day, score: scoreOf(row) });
  return history;
};
