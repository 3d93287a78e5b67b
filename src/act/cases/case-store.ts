import type { Case, PlaybookClass } from '../../domain/case.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { RankBecause } from '../planner/rank.ts';
import { worldOf } from './world.ts';

/** A case with what the planner knows of it besides. */
export interface StoredCase extends Case {
  readonly rootAccountId: string;
  readonly ownerId: string | null;
  readonly foundAt: Instant;
  /** What the planner orders by, and what that was worked out from; `null` where it never was. */
  readonly rank: number;
  readonly rankBecause: RankBecause | null;
  readonly nextLookCause: string | null;
  readonly updatedAt: Instant;
}

interface CaseRow {
  readonly tenant_id: string;
  readonly case_id: string;
  readonly world: string;
  readonly account_id: string;
  readonly root_account_id: string;
  readonly playbook: string;
  readonly class: PlaybookClass;
  readonly agent: string;
  readonly subject: string;
  readonly period: string;
  readonly status: Case['status'];
  readonly arm: Case['arm'];
  readonly owner_id: string | null;
  readonly found_at: Instant;
  readonly opened_at: Instant;
  readonly closed_at: Instant | null;
  readonly close_reason: string | null;
  readonly reasons: Case['reasons'];
  readonly urgency: number;
  readonly arr_minor: number | null;
  readonly arr_currency: string | null;
  readonly rank: number;
  readonly rank_because: RankBecause | null;
  readonly round: number;
  readonly next_look_at: Instant | null;
  readonly next_look_cause: string | null;
  readonly updated_at: Instant;
}

const toCase = (row: CaseRow): StoredCase => ({
  id: row.case_id,
  tenantId: row.tenant_id,
  world: worldOf(row.world),
  accountId: row.account_id,
  rootAccountId: row.root_account_id,
  playbook: row.playbook,
  class: row.class,
  agent: row.agent,
  subject: row.subject,
  period: row.period,
  status: row.status,
  arm: row.arm,
  ownerId: row.owner_id,
  foundAt: row.found_at,
  openedAt: row.opened_at,
  closedAt: row.closed_at,
  closeReason: row.close_reason,
  reasons: row.reasons,
  urgency: row.urgency,
  arrAtRisk:
    row.arr_minor === null || row.arr_currency === null
      ? null
      : { minor: row.arr_minor, currency: row.arr_currency },
  rank: row.rank,
  rankBecause: row.rank_because,
  round: row.round,
  nextLookAt: row.next_look_at,
  nextLookCause: row.next_look_cause,
  updatedAt: row.updated_at,
});

/** One case of the tenant, in whichever world it lives; `null` when there is none. */
export const loadCase = async (tx: TenantTx, caseId: string): Promise<StoredCase | null> => {
  const rows = await tx.query<CaseRow>('select * from cases where case_id = $1', [caseId]);
  return rows[0] === undefined ? null : toCase(rows[0]);
};

export interface CaseFilter {
  readonly world: string;
  readonly status?: Case['status'];
  readonly accountId?: string;
  readonly accountIds?: readonly string[];
  readonly playbook?: string;
  readonly limit?: number;
}

/** Cases of a world, highest rank first. */
export const listCases = async (tx: TenantTx, filter: CaseFilter): Promise<StoredCase[]> => {
  const rows = await tx.query<CaseRow>(
    `select * from cases
      where world = $1
        and ($2::text is null or status = $2)
        and ($3::text[] is null or account_id = any($3))
        and ($4::text is null or playbook = $4)
      order by rank desc, case_id
      limit $5`,
    [
      filter.world,
      filter.status ?? null,
      filter.accountIds ?? (filter.accountId === undefined ? null : [filter.accountId]),
      filter.playbook ?? null,
      filter.limit ?? null,
    ],
  );
  return rows.map(toCase);
};

/** Cases of these accounts that are not closed, for the planner to update. */
export const unclosedCases = async (
  tx: TenantTx,
  world: string,
  accountIds: readonly string[],
): Promise<StoredCase[]> => {
  const rows = await tx.query<CaseRow>(
    `select * from cases where world = $1 and account_id = any($2) and status <> 'closed' order by case_id`,
    [world, accountIds],
  );
  return rows.map(toCase);
};

/** When and why cases were closed, by id, of those that are. */
export const closings = async (
  tx: TenantTx,
  caseIds: readonly string[],
): Promise<ReadonlyMap<string, { readonly at: Instant; readonly reason: string | null }>> => {
  const rows = await tx.query<{ id: string; at: Instant; reason: string | null }>(
    `select case_id as id, closed_at as at, close_reason as reason from cases
     where case_id = any($1) and status = 'closed'`,
    [caseIds],
  );
  return new Map(rows.map(({ id, ...closing }) => [id, closing]));
};

/** Open cases whose next look has come, soonest first. */
export const dueCases = async (
  tx: TenantTx,
  world: string,
  now: Instant,
  accountIds?: readonly string[],
): Promise<StoredCase[]> => {
  const rows = await tx.query<CaseRow>(
    `select * from cases
      where world = $1 and status = 'open' and next_look_at <= $2
        and ($3::text[] is null or account_id = any($3))
      order by next_look_at, case_id`,
    [world, now, accountIds ?? null],
  );
  return rows.map(toCase);
};

/** Writes a new case, or opens a closed one of the same occurrence again. */
export const saveCase = async (tx: TenantTx, entry: StoredCase): Promise<void> => {
  await tx.query(
    `insert into cases (tenant_id, case_id, world, account_id, root_account_id, playbook, class, agent, subject,
       period, status, arm, owner_id, found_at, opened_at, reasons, urgency, arr_minor, arr_currency, rank,
       next_look_at, next_look_cause, updated_at, rank_because)
     values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24)
     on conflict (tenant_id, case_id) do update set status = excluded.status, closed_at = null, close_reason = null,
       owner_id = excluded.owner_id, opened_at = excluded.opened_at, reasons = excluded.reasons,
       urgency = excluded.urgency, arr_minor = excluded.arr_minor, arr_currency = excluded.arr_currency,
       rank = excluded.rank, rank_because = excluded.rank_because, next_look_at = excluded.next_look_at,
       next_look_cause = excluded.next_look_cause, updated_at = excluded.updated_at`,
    [
      tx.tenantId,
      entry.id,
      entry.world.id,
      entry.accountId,
      entry.rootAccountId,
      entry.playbook,
      entry.class,
      entry.agent,
      entry.subject,
      entry.period,
      entry.status,
      entry.arm,
      entry.ownerId,
      entry.foundAt,
      entry.openedAt,
      // A bare array would be read as a PostgreSQL array, not as jsonb.
      JSON.stringify(entry.reasons),
      entry.urgency,
      entry.arrAtRisk?.minor ?? null,
      entry.arrAtRisk?.currency ?? null,
      entry.rank,
      entry.nextLookAt,
      entry.nextLookCause,
      entry.updatedAt,
      entry.rankBecause === null ? null : JSON.stringify(entry.rankBecause),
    ],
  );
};

/** Marks a case closed; what it leaves behind is seen to by `close.ts`. */
export const markClosed = async (
  tx: TenantTx,
  caseId: string,
  reason: string,
  now: Instant,
): Promise<void> => {
  await tx.query(
    `update cases set status = 'closed', closed_at = $2, close_reason = $3, next_look_at = null, updated_at = $2
      where case_id = $1 and status <> 'closed'`,
    [caseId, now, reason],
  );
};

/** When an open case is looked at again, and why. `null` leaves it to events and approvals. */
export const setNextLook = async (
  tx: TenantTx,
  caseId: string,
  nextLookAt: Instant | null,
  cause: string,
): Promise<void> => {
  await tx.query(
    `update cases set next_look_at = $2, next_look_cause = $3 where case_id = $1 and status = 'open'`,
    [caseId, nextLookAt, cause],
  );
};

/** Newer reasons of a case that goes on. Its arm, its period and its round stay. */
export const updateReasons = async (
  tx: TenantTx,
  caseId: string,
  change: Pick<StoredCase, 'reasons' | 'urgency' | 'arrAtRisk' | 'ownerId'> & {
    readonly now: Instant;
  },
): Promise<void> => {
  await tx.query(
    `update cases set reasons = $2::jsonb, urgency = $3, arr_minor = $4, arr_currency = $5, owner_id = $6,
       updated_at = $7
      where case_id = $1 and status <> 'closed'`,
    [
      caseId,
      JSON.stringify(change.reasons),
      change.urgency,
      change.arrAtRisk?.minor ?? null,
      change.arrAtRisk?.currency ?? null,
      change.ownerId,
      change.now,
    ],
  );
};
