import type { Facts } from '../domain/fact.ts';
import type { Scores } from '../domain/score.ts';
import type { Day, Instant } from '../domain/time.ts';
import type { TenantTx } from '../platform/db/database.ts';
import type { Figures } from './figures.ts';
import type { Trail } from './scores/trail.ts';

/** Facts and scores of one account as they were when something was decided on them. */
export interface FactSet {
  readonly factSetId: string;
  readonly accountId: string;
  readonly at: Instant;
  readonly configVersion: number;
  readonly facts: Facts;
  readonly scores: Scores;
}

const FACT_SET_COLUMNS = {
  tenant_id: 'text',
  fact_set_id: 'text',
  account_id: 'text',
  at: 'timestamptz',
  config_version: 'integer',
  facts: 'json',
  scores: 'json',
};

/** Keeps fact sets; one that says the same as before is there already, and is not sent again. */
export const saveFactSets = async (tx: TenantTx, sets: readonly FactSet[]): Promise<void> => {
  const there = await tx.query<{ id: string }>(
    'select fact_set_id as id from fact_sets where fact_set_id = any($1)',
    [sets.map(({ factSetId }) => factSetId)],
  );
  const known = new Set(there.map(({ id }) => id));
  const rows = sets
    .filter(({ factSetId }) => !known.has(factSetId))
    .map((set) => [
      tx.tenantId,
      set.factSetId,
      set.accountId,
      set.at,
      set.configVersion,
      set.facts,
      set.scores,
    ]);
  await tx.bulkInsert('fact_sets', FACT_SET_COLUMNS, rows, 'on conflict do nothing');
};

/** One fact set, or `null` when the tenant has none of that id. */
export const loadFactSet = async (tx: TenantTx, factSetId: string): Promise<FactSet | null> => {
  const [row] = await tx.query<FactSet>(
    `select fact_set_id as "factSetId", account_id as "accountId", at, config_version as "configVersion", facts, scores
     from fact_sets where fact_set_id = $1`,
    [factSetId],
  );
  return row ?? null;
};

export interface AssessmentRow {
  readonly accountId: string;
  readonly day: Day;
  readonly at: Instant;
  readonly factSetId: string;
}

/**
 * What a run does with an account's figures: `roll` makes them the newest and the ones before them the baseline,
 * `hold` makes them the newest and leaves the baseline; `leave` is for runs over some accounts only.
 */
export type KeepFigures = 'roll' | 'hold' | 'leave';

const ASSESSMENT_COLUMNS = {
  tenant_id: 'text',
  world: 'text',
  account_id: 'text',
  day: 'date',
  at: 'timestamptz',
  fact_set_id: 'text',
  figures: 'jsonb',
  trail: 'json',
};

const FIGURES: Readonly<Record<KeepFigures, string>> = {
  roll: ', figures = excluded.figures, baseline = assessments.figures',
  hold: ', figures = excluded.figures',
  leave: '',
};

/** Points to each account's newest fact set in a world, and keeps its figures, and its trail where there is a new one. */
export const saveAssessments = async (
  tx: TenantTx,
  world: string,
  assessments: readonly (AssessmentRow & {
    readonly figures: Figures;
    readonly trail: Trail | null;
  })[],
  keep: KeepFigures,
): Promise<void> => {
  const rows = assessments.map((one) => {
    const figures = keep === 'leave' ? null : one.figures;
    return [tx.tenantId, world, one.accountId, one.day, one.at, one.factSetId, figures, one.trail];
  });
  await tx.bulkInsert(
    'assessments',
    ASSESSMENT_COLUMNS,
    rows,
    `on conflict (tenant_id, world, account_id) do update
       set day = excluded.day, at = excluded.at, fact_set_id = excluded.fact_set_id,
       trail = coalesce(excluded.trail, assessments.trail)${FIGURES[keep]}`,
  );
};

/** Figures of accounts at the last whole run, or while the brake is on those before it came on. */
export const figuresBefore = async (
  tx: TenantTx,
  asked: {
    readonly world: string;
    readonly accountIds: readonly string[];
    readonly which: 'figures' | 'baseline';
  },
): Promise<ReadonlyMap<string, Figures>> => {
  const rows = await tx.query<{ account_id: string; figures: Figures | null }>(
    `select account_id, ${asked.which} as figures from assessments where world = $1 and account_id = any($2)`,
    [asked.world, asked.accountIds],
  );
  return new Map(
    rows.flatMap(({ account_id, figures }) => (figures === null ? [] : [[account_id, figures]])),
  );
};

/** Makes the figures of the last whole run the baseline: what a run over some accounts found amiss is compared with them. */
export const holdBaseline = async (tx: TenantTx, world: string): Promise<void> => {
  await tx.query('update assessments set baseline = figures where world = $1', [world]);
};

interface Asked {
  /** The live one when left out. */
  readonly world?: string;
  readonly accountIds?: readonly string[];
}

const newest = <Row extends object>(tx: TenantTx, column: string, asked: Asked): Promise<Row[]> =>
  tx.query<Row>(
    `select a.account_id as "accountId", a.day, a.at, a.fact_set_id as "factSetId", f.${column}
     from assessments a join fact_sets f using (tenant_id, fact_set_id)
     where a.world = $1 and ($2::text[] is null or a.account_id = any($2)) order by a.account_id`,
    [asked.world ?? 'live', asked.accountIds ?? null],
  );

/** The newest facts of accounts in a world, by account id. */
export const latestFacts = (
  tx: TenantTx,
  asked: Asked = {},
): Promise<(AssessmentRow & { readonly facts: Facts })[]> => newest(tx, 'facts', asked);

/** The newest scores of accounts in a world, by account id. */
export const latestScores = (
  tx: TenantTx,
  asked: Asked = {},
): Promise<(AssessmentRow & { readonly scores: Scores })[]> => newest(tx, 'scores', asked);
