import type { PolicyReason } from '../../domain/decision.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { OutboxRow, OutboxStatus } from './row.ts';

export const COLUMNS = `action_id as "actionId", world, port, business_key as "businessKey", account_id as "accountId",
  case_id as "caseId", playbook, proposal_id as "proposalId", decision_id as "decisionId", approval_id as "approvalId",
  task_id as "taskId", template_id as "templateId", outward, owner_id as "ownerId", effect, status, reasons,
  not_before as "notBefore", attempts, next_attempt_at as "nextAttemptAt", lease_epoch as "leaseEpoch",
  started_at as "startedAt", receipt, created_at as "createdAt", updated_at as "updatedAt",
  finished_at as "finishedAt"`;

export type NewRow = Omit<
  OutboxRow,
  'attempts' | 'nextAttemptAt' | 'leaseEpoch' | 'startedAt' | 'receipt' | 'updatedAt' | 'finishedAt'
>;

/** Inserts it, or returns `null` when its business key is taken by another action that may happen or have happened. */
export const insertRow = async (tx: TenantTx, row: NewRow): Promise<OutboxRow | null> => {
  const [inserted] = await tx.query<OutboxRow>(
    `insert into outbox (tenant_id, action_id, world, port, business_key, account_id, case_id, playbook, proposal_id,
       decision_id, approval_id, task_id, template_id, outward, owner_id, effect, status, reasons, not_before,
       created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $20)
     on conflict do nothing returning ${COLUMNS}`,
    [
      tx.tenantId,
      row.actionId,
      row.world,
      row.port,
      row.businessKey,
      row.accountId,
      row.caseId,
      row.playbook,
      row.proposalId,
      row.decisionId,
      row.approvalId,
      row.taskId,
      row.templateId,
      row.outward,
      row.ownerId,
      row.effect,
      row.status,
      JSON.stringify(row.reasons),
      row.notBefore,
      row.createdAt,
    ],
  );
  return inserted ?? null;
};

/** The row of this action, or `null` when this tenant has none. */
export const loadOutboxRow = async (tx: TenantTx, actionId: string): Promise<OutboxRow | null> => {
  const [row] = await tx.query<OutboxRow>(`select ${COLUMNS} from outbox where action_id = $1`, [
    actionId,
  ]);
  return row ?? null;
};

const lockRow = async (tx: TenantTx, actionId: string): Promise<OutboxRow | null> => {
  const [row] = await tx.query<OutboxRow>(
    `select ${COLUMNS} from outbox where action_id = $1 for update`,
    [actionId],
  );
  return row ?? null;
};

/** The row that has this business key, among those that may happen or may have happened. */
export const rowByKey = async (
  tx: TenantTx,
  world: string,
  port: string,
  key: string,
): Promise<OutboxRow | null> => {
  const [row] = await tx.query<OutboxRow>(
    `select ${COLUMNS} from outbox where world = $1 and port = $2 and business_key = $3
       and status not in ('refused', 'recalled', 'blocked', 'failed')`,
    [world, port, key],
  );
  return row ?? null;
};

export interface OutboxFilter {
  readonly world?: string;
  readonly status?: OutboxStatus | readonly OutboxStatus[];
  readonly caseId?: string;
  readonly accountId?: string;
  readonly proposalId?: string;
  readonly limit?: number;
}

/** Newest first. At most 500 unless told. */
export const listOutbox = (tx: TenantTx, filter: OutboxFilter = {}): Promise<OutboxRow[]> =>
  tx.query<OutboxRow>(
    `select ${COLUMNS} from outbox
     where ($1::text is null or world = $1) and ($2::text[] is null or status = any($2))
       and ($3::text is null or case_id = $3) and ($4::text is null or account_id = $4)
       and ($5::text is null or proposal_id = $5)
     order by created_at desc, action_id limit $6`,
    [
      filter.world ?? null,
      filter.status === undefined ? null : [filter.status].flat(),
      filter.caseId ?? null,
      filter.accountId ?? null,
      filter.proposalId ?? null,
      filter.limit ?? 500,
    ],
  );

/** Rows of a case or proposal that have not begun, locked. */
export const lockUnsent = (
  tx: TenantTx,
  by: { readonly caseId?: string; readonly proposalId?: string },
): Promise<OutboxRow[]> =>
  tx.query<OutboxRow>(
    `select ${COLUMNS} from outbox
     where ($1::text is null or case_id = $1) and ($2::text is null or proposal_id = $2)
       and status in ('held', 'ready') order by action_id for update`,
    [by.caseId ?? null, by.proposalId ?? null],
  );

export interface Outcome {
  readonly status: OutboxStatus;
  readonly reasons: readonly PolicyReason[];
  readonly notBefore?: Instant;
  readonly nextAttemptAt?: Instant | null;
  readonly receipt?: Readonly<Record<string, string>>;
  readonly attempts?: number;
  readonly finished: boolean;
  /** Its consequences could not be written with it and are owed. */
  readonly owed?: boolean;
}

/** Writes where it stands now and gives the lease back; the epoch stays, so that an old one is never valid again. */
export const saveOutcome = async (
  tx: TenantTx,
  actionId: string,
  outcome: Outcome,
  now: Instant,
): Promise<OutboxRow> => {
  const [row] = await tx.query<OutboxRow>(
    `update outbox set status = $2, reasons = $3, not_before = coalesce($4, not_before), next_attempt_at = $5,
       receipt = coalesce($6, receipt), attempts = coalesce($7, attempts), lease_until = null, lease_holder = null,
       updated_at = $8, finished_at = case when $9 then $8::timestamptz end, owed = $10
     where action_id = $1 returning ${COLUMNS}`,
    [
      actionId,
      outcome.status,
      JSON.stringify(outcome.reasons),
      outcome.notBefore ?? null,
      outcome.nextAttemptAt ?? null,
      outcome.receipt ?? null,
      outcome.attempts ?? null,
      now,
      outcome.finished,
      outcome.owed ?? false,
    ],
  );
  if (row === undefined) throw new Error(`outbox row ${actionId} is gone`);
  return row;
};

/** Actions whose consequences are owed, oldest first. */
export const listOwed = (
  tx: TenantTx,
  world: string,
): Promise<{ readonly actionId: string; readonly accountId: string | null }[]> =>
  tx.query(
    `select action_id as "actionId", account_id as "accountId" from outbox
     where world = $1 and owed order by updated_at, action_id limit 50`,
    [world],
  );

export const lockOwed = async (tx: TenantTx, actionId: string): Promise<OutboxRow | null> => {
  const [row] = await tx.query<OutboxRow>(
    `select ${COLUMNS} from outbox where action_id = $1 and owed for update`,
    [actionId],
  );
  return row ?? null;
};

export const clearOwed = async (tx: TenantTx, actionId: string): Promise<void> => {
  await tx.query('update outbox set owed = false where action_id = $1', [actionId]);
};

/** Locks the account's row, before any row of the outbox: the order that `settle` takes. */
export const lockAccountRow = async (tx: TenantTx, accountId: string): Promise<void> => {
  await tx.query('select 1 from accounts where account_id = $1 for update', [accountId]);
};

/** The row, locked after its account's: the order in which everybody takes the two. */
export const lockWithAccount = async (
  tx: TenantTx,
  actionId: string,
): Promise<OutboxRow | null> => {
  const found = await loadOutboxRow(tx, actionId);
  if (found === null) return null;
  if (found.accountId !== null) await lockAccountRow(tx, found.accountId);
  return lockRow(tx, actionId);
};
