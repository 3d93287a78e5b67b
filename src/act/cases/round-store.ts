import type { KeptThought } from '../../agents/propose.ts';
import type { PlanFate } from '../../agents/reason/compose.ts';
import type { DecidingMode } from '../../domain/case.ts';
import type { Verdict } from '../../domain/decision.ts';
import { RetinueError } from '../../domain/errors.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { FiledStep, RefusedStep, Round, RoundStatus } from './round.ts';

export type { FiledStep, RefusedStep, Round, RoundStatus } from './round.ts';

interface RoundRow {
  readonly case_id: string;
  readonly round: number;
  readonly world: string;
  readonly thread_id: string;
  readonly graph_version: number;
  readonly config_version: number;
  readonly release: number | null;
  readonly status: RoundStatus;
  readonly cause: string;
  readonly mode: DecidingMode;
  readonly note: string | null;
  readonly fact_set_id: string | null;
  readonly steps: readonly FiledStep[];
  readonly refused: readonly RefusedStep[];
  readonly plan: readonly PlanFate[];
  readonly thought: KeptThought | null;
  readonly verdicts: Readonly<Record<string, Verdict>>;
  readonly waiting_on: readonly string[];
  readonly next_look_at: Instant | null;
  readonly lease_epoch: number;
  readonly attempts: number;
  readonly retry_at: Instant | null;
  readonly opened_at: Instant;
  readonly closed_at: Instant | null;
}

const toRound = (row: RoundRow): Round => ({
  caseId: row.case_id,
  round: row.round,
  world: row.world,
  threadId: row.thread_id,
  graphVersion: row.graph_version,
  configVersion: row.config_version,
  release: row.release,
  status: row.status,
  cause: row.cause,
  mode: row.mode,
  note: row.note,
  factSetId: row.fact_set_id,
  steps: row.steps,
  refused: row.refused,
  plan: row.plan,
  thought: row.thought,
  verdicts: row.verdicts,
  waitingOn: row.waiting_on,
  nextLookAt: row.next_look_at,
  leaseEpoch: row.lease_epoch,
  attempts: row.attempts,
  retryAt: row.retry_at,
  openedAt: row.opened_at,
  closedAt: row.closed_at,
});

/** Rounds of a case, first one first. */
export const listRounds = async (tx: TenantTx, caseId: string): Promise<Round[]> => {
  const rows = await tx.query<RoundRow>('select * from rounds where case_id = $1 order by round', [
    caseId,
  ]);
  return rows.map(toRound);
};

export const loadRound = async (
  tx: TenantTx,
  caseId: string,
  round: number,
): Promise<Round | null> => {
  const rows = await tx.query<RoundRow>('select * from rounds where case_id = $1 and round = $2', [
    caseId,
    round,
  ]);
  return rows[0] === undefined ? null : toRound(rows[0]);
};

/** The thread's name carries the version of the graph that drew it: a waiting thread is never resumed by another. */
export const threadOf = (caseId: string, round: number, graphVersion: number): string =>
  `case:${caseId}:r${round}:g${graphVersion}`;

export interface RoundOpening {
  readonly caseId: string;
  readonly world: string;
  readonly cause: string;
  readonly mode: DecidingMode;
  readonly graphVersion: number;
  readonly configVersion: number;
  readonly release?: number | null;
  readonly now: Instant;
}

/**
 * Opens the round after the last one, if the case is due. Two callers at once open one: the case row is locked first. A
 * caller whose list of due cases has grown old finds that another had the round meanwhile, and opens none.
 */
export const openRound = async (tx: TenantTx, opening: RoundOpening): Promise<number | null> => {
  const cases = await tx.query<{ round: number }>(
    `select round from cases where case_id = $1 and status = 'open' and next_look_at <= $2 for update`,
    [opening.caseId, opening.now],
  );
  const last = cases[0]?.round;
  if (last === undefined || (await hasUnfinished(tx, opening.caseId))) return null;
  const round = last + 1;
  await tx.query(
    `insert into rounds (tenant_id, case_id, round, world, thread_id, graph_version, config_version, release, status, cause,
       mode, opened_at)
     values ($1,$2,$3,$4,$5,$6,$7,$8,'running',$9,$10,$11)`,
    [
      tx.tenantId,
      opening.caseId,
      round,
      opening.world,
      threadOf(opening.caseId, round, opening.graphVersion),
      opening.graphVersion,
      opening.configVersion,
      opening.release ?? null,
      opening.cause,
      opening.mode,
      opening.now,
    ],
  );
  // The next look is the round itself from now on; its end sets another.
  await tx.query(`update cases set round = $2, next_look_at = null where case_id = $1`, [
    opening.caseId,
    round,
  ]);
  return round;
};

const hasUnfinished = async (tx: TenantTx, caseId: string): Promise<boolean> => {
  const rows = await tx.query(
    `select 1 from rounds where case_id = $1 and status in ('running', 'waiting')`,
    [caseId],
  );
  return rows.length > 0;
};

/**
 * Rounds that nobody drives any more: begun and in nobody's hands, left by a worker that died with the lease, or past
 * their time to try again. One that waits for people is among them once a worker took up their answer and did not end it.
 */
export const strandedRounds = async (
  tx: TenantTx,
  world: string,
  now: Instant,
): Promise<Round[]> => {
  const rows = await tx.query<RoundRow>(
    `select * from rounds
      where world = $1
        and (status = 'running' or (status = 'waiting' and (lease_until is not null or retry_at is not null)))
        and (lease_until is null or lease_until < clock_timestamp())
        and (retry_at is null or retry_at <= $2)
      order by case_id`,
    [world, now],
  );
  return rows.map(toRound);
};

export const waitingRounds = async (tx: TenantTx, world: string): Promise<Round[]> => {
  const rows = await tx.query<RoundRow>(
    `select * from rounds where world = $1 and status = 'waiting' order by case_id`,
    [world],
  );
  return rows.map(toRound);
};

/** Rounds that gathered facts, the newest first. */
export const recentRounds = async (tx: TenantTx, world: string, most: number): Promise<Round[]> => {
  const rows = await tx.query<RoundRow>(
    `select * from rounds where world = $1 and fact_set_id is not null order by opened_at desc, case_id limit $2`,
    [world, most],
  );
  return rows.map(toRound);
};

/**
 * Takes the round for this worker: one at a time. `null` when it is finished, or another worker holds it.
 * The epoch given back goes with every write; a worker that slept past its lease holds an older one.
 */
export const claimRound = async (
  tx: TenantTx,
  caseId: string,
  round: number,
  leaseSeconds: number,
): Promise<Round | null> => {
  const rows = await tx.query<RoundRow>(
    `update rounds
        set lease_epoch = lease_epoch + 1, attempts = attempts + 1,
            lease_until = clock_timestamp() + make_interval(secs => $3)
      where case_id = $1 and round = $2 and status in ('running', 'waiting')
        and (lease_until is null or lease_until < clock_timestamp())
      returning *`,
    [caseId, round, leaseSeconds],
  );
  return rows[0] === undefined ? null : toRound(rows[0]);
};

/** Locks the round and refuses a worker whose lease was taken over. Call first in every transaction of a round. */
export const holdLease = async (
  tx: TenantTx,
  caseId: string,
  round: number,
  epoch: number,
): Promise<Round> => {
  const rows = await tx.query<RoundRow>(
    'select * from rounds where case_id = $1 and round = $2 for update',
    [caseId, round],
  );
  const row = rows[0];
  if (row?.lease_epoch !== epoch || !['running', 'waiting'].includes(row.status)) {
    throw new RetinueError(
      'outside',
      'round.lease_lost',
      `round ${round} of case \`${caseId}\` was taken over by another worker; nothing was written`,
    );
  }
  return toRound(row);
};

export interface RoundChange {
  readonly status?: RoundStatus;
  readonly note?: string;
  readonly factSetId?: string;
  readonly steps?: readonly FiledStep[];
  readonly refused?: readonly RefusedStep[];
  readonly plan?: readonly PlanFate[];
  readonly thought?: KeptThought;
  readonly verdicts?: Readonly<Record<string, Verdict>>;
  readonly waitingOn?: readonly string[];
  readonly nextLookAt?: Instant | null;
  readonly closedAt?: Instant;
}

/** Writes what changed of a round; what is left out stays. Hold the lease first. */
export const updateRound = async (
  tx: TenantTx,
  caseId: string,
  round: number,
  change: RoundChange,
): Promise<void> => {
  await tx.query(
    `update rounds set
       status = coalesce($3, status), note = coalesce($4, note), fact_set_id = coalesce($5, fact_set_id),
       steps = coalesce($6::jsonb, steps), refused = coalesce($7::jsonb, refused),
       verdicts = coalesce($8::jsonb, verdicts), waiting_on = coalesce($9::text[], waiting_on),
       next_look_at = case when $10 then $11::timestamptz else next_look_at end,
       closed_at = coalesce($12, closed_at),
       plan = coalesce($13::jsonb, plan), thought = coalesce($14::jsonb, thought)
     where case_id = $1 and round = $2`,
    [
      caseId,
      round,
      change.status ?? null,
      change.note ?? null,
      change.factSetId ?? null,
      change.steps === undefined ? null : JSON.stringify(change.steps),
      change.refused === undefined ? null : JSON.stringify(change.refused),
      change.verdicts === undefined ? null : JSON.stringify(change.verdicts),
      change.waitingOn ?? null,
      change.nextLookAt !== undefined,
      change.nextLookAt ?? null,
      change.closedAt ?? null,
      change.plan === undefined ? null : JSON.stringify(change.plan),
      change.thought === undefined ? null : JSON.stringify(change.thought),
    ],
  );
};

/** Gives the lease back, by its holder alone. After a success the attempts count from nothing again. */
export const releaseRound = async (
  tx: TenantTx,
  claimed: Pick<Round, 'caseId' | 'round' | 'leaseEpoch'>,
  failed?: { readonly retryAt: Instant; readonly note: string },
): Promise<void> => {
  await tx.query(
    `update rounds set lease_until = null, retry_at = $4, note = coalesce($5, note),
       attempts = case when $4::timestamptz is null then 0 else attempts end
      where case_id = $1 and round = $2 and lease_epoch = $3`,
    [
      claimed.caseId,
      claimed.round,
      claimed.leaseEpoch,
      failed?.retryAt ?? null,
      failed?.note ?? null,
    ],
  );
};

/**
 * Voids an unfinished round and takes its lease away, so that a worker still inside it writes nothing more.
 * Returns whether there was one.
 */
export const voidRound = async (
  tx: TenantTx,
  caseId: string,
  round: number,
  reason: string,
  now: Instant,
): Promise<boolean> => {
  const rows = await tx.query(
    `update rounds set status = 'void', note = $3, closed_at = $4, lease_epoch = lease_epoch + 1, lease_until = null
      where case_id = $1 and round = $2 and status in ('running', 'waiting')
      returning case_id`,
    [caseId, round, reason, now],
  );
  return rows.length > 0;
};
