import { inputError } from '../../domain/errors.ts';
import type { IncomingEvent } from '../../domain/event.ts';
import { deriveId } from '../../domain/identifiers.ts';
import { isReadOnly, type Person } from '../../domain/person.ts';
import type { TaskDraft } from '../../domain/proposal.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { record } from '../ledger/ledger.ts';
import { assign } from './assign.ts';
import { taskDays } from './calendar.ts';
import { taskEvent } from './event.ts';
import {
  insertTask,
  lockTask,
  saveAccepted,
  saveFinished,
  taskByKey,
  unfinishedOfCase,
} from './store.ts';
import type { Task } from './task.ts';

/** Accepts events in the same transaction; the caller binds `acceptEvents`. Called for the live world alone. */
export type Accept = (events: readonly IncomingEvent[]) => Promise<void>;

/** Opens a task, or returns the one that its key opened before, in whatever state that is. */
export const openTask = async (
  tx: TenantTx,
  input: {
    readonly world: string;
    readonly key: string;
    readonly actionId: string | null;
    readonly accountId: string | null;
    readonly caseId: string | null;
    readonly draft: TaskDraft;
    readonly config: Pick<TenantConfig, 'zone' | 'holidays' | 'owners'>;
    readonly now: Instant;
    readonly accept?: Accept | undefined;
  },
): Promise<Task> => {
  const { world, key, draft, config, now } = input;
  const days = taskDays(config, now, draft.dueBusinessDays);
  const { actionId, accountId, caseId } = input;
  const { kind, title, reason, draft: text, assignee: ownerId } = draft;
  const id = deriveId('task', tx.tenantId, world, key);
  const content = {
    id,
    world,
    key,
    actionId,
    accountId,
    caseId,
    kind,
    title,
    reason,
    draft: text,
    ownerId,
  };
  const assignment = assign(config.owners, ownerId, days.openedOn);
  const opened = await insertTask(tx, { ...content, ...days, openedAt: now }, assignment);
  if (opened === null) return existing(await taskByKey(tx, world, key), id);
  await noteTask(tx, opened, now, input.accept);
  return opened;
};

/** The assignee, or an operator in their place, takes it on. Errors: `task_not_found`, `already_accepted`, `task_forbidden`. */
export const acceptTask = async (
  tx: TenantTx,
  input: {
    readonly taskId: string;
    readonly person: Person;
    readonly now: Instant;
    readonly accept?: Accept | undefined;
  },
): Promise<Task> => {
  const task = existing(await lockTask(tx, input.taskId), input.taskId);
  const stoodIn = standsIn(task, input.person);
  if (task.status !== 'open')
    throw inputError('already_accepted', `task \`${task.id}\` is ${task.status} already`);
  const saved = await saveAccepted(tx, task.id, {
    actedBy: input.person.id,
    stoodIn,
    now: input.now,
  });
  const accepted = existing(saved, task.id);
  await noteTask(tx, accepted, input.now, input.accept);
  return accepted;
};

interface Finish {
  readonly taskId: string;
  readonly person: Person;
  readonly note?: string | undefined;
  readonly now: Instant;
  readonly accept?: Accept | undefined;
}

/** It is done; `outcome` says what came of it, in a few words. Errors: `task_not_found`, `already_finished`, `task_forbidden`. */
export const completeTask = (
  tx: TenantTx,
  input: Finish & { readonly outcome: string },
): Promise<Task> => finishByPerson(tx, input, 'done', input.outcome);

/** It will not be done; `reason` says why. Errors as for `completeTask`. */
export const declineTask = (
  tx: TenantTx,
  input: Finish & { readonly reason: string },
): Promise<Task> => finishByPerson(tx, input, 'declined', input.reason);

/** The cause is gone: closes what is left of a case's tasks. Returns the ids it closed. */
export const closeForCase = async (
  tx: TenantTx,
  input: {
    readonly caseId: string;
    readonly cause: string;
    readonly now: Instant;
    readonly accept?: Accept | undefined;
  },
): Promise<string[]> => {
  const ids = await unfinishedOfCase(tx, input.caseId);
  for (const id of ids)
    await closeTask(tx, { taskId: id, cause: input.cause, now: input.now, accept: input.accept });
  return ids;
};

/** Closes one unfinished task by its cause; one that is finished stays as it is. */
export const closeTask = async (
  tx: TenantTx,
  input: {
    readonly taskId: string;
    readonly cause: string;
    readonly now: Instant;
    readonly accept?: Accept | undefined;
  },
): Promise<void> => {
  const closed = await saveFinished(tx, input.taskId, {
    status: 'closed',
    actedBy: null,
    stoodIn: false,
    outcome: input.cause,
    note: null,
    now: input.now,
  });
  if (closed !== null) await noteTask(tx, closed, input.now, input.accept);
};

const finishByPerson = async (
  tx: TenantTx,
  input: Finish,
  status: 'done' | 'declined',
  outcome: string,
): Promise<Task> => {
  if (outcome.trim() === '')
    throw inputError('outcome_required', 'say in a few words what came of it, or why not');
  const task = existing(await lockTask(tx, input.taskId), input.taskId);
  const stoodIn = standsIn(task, input.person);
  const saved = await saveFinished(tx, task.id, {
    status,
    actedBy: input.person.id,
    stoodIn,
    outcome: outcome.trim().slice(0, 500),
    note: input.note ?? null,
    now: input.now,
  });
  if (saved === null)
    throw inputError('already_finished', `task \`${task.id}\` is ${task.status} already`);
  await noteTask(tx, saved, input.now, input.accept);
  return saved;
};

const existing = (task: Task | null, id: string): Task => {
  if (task === null) throw inputError('task_not_found', `there is no task \`${id}\``);
  return task;
};

/** Whether this person acts in the assignee's place. Throws `task_forbidden` when they may not. */
const standsIn = (task: Task, person: Person): boolean => {
  if (
    task.assigneeEmail !== null &&
    person.email.toLowerCase() === task.assigneeEmail.toLowerCase()
  )
    return false;
  if (person.roles.some((role) => !isReadOnly(role))) return true;
  throw inputError(
    'task_forbidden',
    `task \`${task.id}\` belongs to \`${task.assigneeId}\`; an operator may act for them`,
  );
};

/** Ledger entry and, in the live world, the event by which the rest of the program learns of it. */
const noteTask = async (
  tx: TenantTx,
  task: Task,
  now: Instant,
  accept: Accept | undefined,
): Promise<void> => {
  await record(tx, {
    world: task.world,
    kind: 'task',
    subjects: {
      taskId: task.id,
      ...(task.accountId === null ? {} : { accountId: task.accountId }),
      ...(task.caseId === null ? {} : { caseId: task.caseId }),
      ...(task.actionId === null ? {} : { actionId: task.actionId }),
      ...(task.actedBy === null ? {} : { personId: task.actedBy }),
    },
    body: {
      kind: task.kind,
      status: task.status,
      owner: task.ownerId,
      assignee: task.assigneeId,
      because: task.assignedBecause,
      due: task.dueOn,
      stoodIn: task.stoodIn,
      revision: task.revision,
    },
    at: now,
  });
  const event = taskEvent(task, now);
  if (accept !== undefined && event !== null && task.world === 'live') await accept([event]);
};
