import type { Day, Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { Assignment } from './assign.ts';
import type { Task, TaskStatus } from './task.ts';

const COLUMNS = `task_id as id, world, key, action_id as "actionId", account_id as "accountId", case_id as "caseId",
  kind, title, reason, draft, owner_id as "ownerId", assignee_id as "assigneeId", assignee_email as "assigneeEmail",
  assigned_because as "assignedBecause", status, opened_at as "openedAt", opened_on as "openedOn", due_on as "dueOn",
  remind_on as "remindOn", reminded_at as "remindedAt", escalated_at as "escalatedAt", accepted_at as "acceptedAt",
  finished_at as "finishedAt", acted_by as "actedBy", stood_in as "stoodIn", outcome, note, revision`;

export type NewTask = Pick<
  Task,
  | 'id'
  | 'world'
  | 'key'
  | 'actionId'
  | 'accountId'
  | 'caseId'
  | 'kind'
  | 'title'
  | 'reason'
  | 'draft'
  | 'ownerId'
  | 'openedAt'
  | 'openedOn'
  | 'dueOn'
  | 'remindOn'
>;

/** Inserts it, or returns `null` when a task with its key exists. */
export const insertTask = async (
  tx: TenantTx,
  task: NewTask,
  assignment: Assignment,
): Promise<Task | null> => {
  const [row] = await tx.query<Task>(
    `insert into tasks (tenant_id, task_id, world, key, action_id, account_id, case_id, kind, title, reason, draft,
       owner_id, assignee_id, assignee_email, assigned_because, status, opened_at, opened_on, due_on, remind_on)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'open', $16, $17, $18, $19)
     on conflict do nothing returning ${COLUMNS}`,
    [
      tx.tenantId,
      task.id,
      task.world,
      task.key,
      task.actionId,
      task.accountId,
      task.caseId,
      task.kind,
      task.title,
      task.reason,
      task.draft,
      task.ownerId,
      assignment.ownerId,
      assignment.email,
      assignment.because,
      task.openedAt,
      task.openedOn,
      task.dueOn,
      task.remindOn,
    ],
  );
  return row ?? null;
};

export const taskByKey = async (tx: TenantTx, world: string, key: string): Promise<Task | null> => {
  const [row] = await tx.query<Task>(`select ${COLUMNS} from tasks where world = $1 and key = $2`, [
    world,
    key,
  ]);
  return row ?? null;
};

/** The task with this id, or `null` when this tenant has none. */
export const loadTask = async (tx: TenantTx, taskId: string): Promise<Task | null> => {
  const [row] = await tx.query<Task>(`select ${COLUMNS} from tasks where task_id = $1`, [taskId]);
  return row ?? null;
};

export const lockTask = async (tx: TenantTx, taskId: string): Promise<Task | null> => {
  const [row] = await tx.query<Task>(`select ${COLUMNS} from tasks where task_id = $1 for update`, [
    taskId,
  ]);
  return row ?? null;
};

export interface TaskFilter {
  readonly world?: string;
  readonly status?: TaskStatus | readonly TaskStatus[];
  readonly assignee?: string;
  readonly caseId?: string;
  readonly accountId?: string;
  readonly limit?: number;
}

/** Soonest due first. At most 500 unless told. */
export const listTasks = (tx: TenantTx, filter: TaskFilter = {}): Promise<Task[]> =>
  tx.query<Task>(
    `select ${COLUMNS} from tasks
     where ($1::text is null or world = $1) and ($2::text[] is null or status = any($2))
       and ($3::text is null or assignee_id = $3) and ($4::text is null or case_id = $4)
       and ($5::text is null or account_id = $5)
     order by due_on, opened_at, task_id limit $6`,
    [
      filter.world ?? null,
      filter.status === undefined ? null : [filter.status].flat(),
      filter.assignee ?? null,
      filter.caseId ?? null,
      filter.accountId ?? null,
      filter.limit ?? 500,
    ],
  );

/**
 * Unfinished tasks of a world that the sweep may have something to do about today, locked: overdue, to be reminded of,
 * with somebody who is away or no longer known, or standing in for an owner who may be back.
 */
export const lockForSweep = (
  tx: TenantTx,
  input: {
    readonly world: string;
    readonly today: Day;
    readonly away: readonly string[];
    readonly known: readonly string[];
  },
): Promise<Task[]> =>
  tx.query<Task>(
    `select ${COLUMNS} from tasks
     where world = $1 and status in ('open', 'accepted')
       and ((due_on < $2::date and escalated_at is null)
         or (reminded_at is null and remind_on <= $2::date and opened_on < $2::date and due_on >= $2::date)
         or assignee_id = any($3::text[])
         or assignee_id <> all($4::text[])
         or (status = 'open' and escalated_at is null and assignee_id <> owner_id))
     order by due_on, task_id for update skip locked`,
    [input.world, input.today, [...input.away], [...input.known]],
  );

export const saveAccepted = async (
  tx: TenantTx,
  taskId: string,
  change: { actedBy: string; stoodIn: boolean; now: Instant },
): Promise<Task | null> => {
  const [row] = await tx.query<Task>(
    `update tasks set status = 'accepted', accepted_at = $2, acted_by = $3, stood_in = $4, revision = revision + 1
     where task_id = $1 and status = 'open' returning ${COLUMNS}`,
    [taskId, change.now, change.actedBy, change.stoodIn],
  );
  return row ?? null;
};

export const saveFinished = async (
  tx: TenantTx,
  taskId: string,
  change: {
    status: 'done' | 'declined' | 'closed';
    actedBy: string | null;
    stoodIn: boolean;
    outcome: string;
    note: string | null;
    now: Instant;
  },
): Promise<Task | null> => {
  const [row] = await tx.query<Task>(
    `update tasks set status = $2, finished_at = $3, acted_by = coalesce($4, acted_by), stood_in = stood_in or $5,
       outcome = $6, note = $7, revision = revision + 1
     where task_id = $1 and status in ('open', 'accepted') returning ${COLUMNS}`,
    [
      taskId,
      change.status,
      change.now,
      change.actedBy,
      change.stoodIn,
      change.outcome,
      change.note,
    ],
  );
  return row ?? null;
};

export const saveReminded = async (tx: TenantTx, taskId: string, now: Instant): Promise<void> => {
  await tx.query('update tasks set reminded_at = $2 where task_id = $1', [taskId, now]);
};

/** Hands it to somebody else; what was accepted by the one before is open again. */
export const saveAssignment = async (
  tx: TenantTx,
  taskId: string,
  assignment: Assignment,
  escalatedAt: Instant | null,
): Promise<Task | null> => {
  const [row] = await tx.query<Task>(
    `update tasks set assignee_id = $2, assignee_email = $3, assigned_because = $4, status = 'open', accepted_at = null,
       escalated_at = coalesce($5, escalated_at), revision = revision + 1
     where task_id = $1 returning ${COLUMNS}`,
    [taskId, assignment.ownerId, assignment.email, assignment.because, escalatedAt],
  );
  return row ?? null;
};

export const saveEscalated = async (tx: TenantTx, taskId: string, now: Instant): Promise<void> => {
  await tx.query('update tasks set escalated_at = $2 where task_id = $1', [taskId, now]);
};

export const unfinishedOfCase = async (tx: TenantTx, caseId: string): Promise<string[]> => {
  const rows = await tx.query<{ id: string }>(
    `select task_id as id from tasks where case_id = $1 and status in ('open', 'accepted') order by task_id for update`,
    [caseId],
  );
  return rows.map(({ id }) => id);
};
