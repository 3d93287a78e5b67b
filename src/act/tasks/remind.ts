import type { TenantConfig } from '../../domain/tenant.ts';
import { dayIn, type Day, type Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { record } from '../ledger/ledger.ts';
import { assign, escalateTo, isAway, type Assignment } from './assign.ts';
import { lockForSweep, saveAssignment, saveEscalated, saveReminded } from './store.ts';
import type { Task } from './task.ts';

/** What its people have to be told of a task. `task` is as it stands afterwards. */
export interface Notice {
  readonly kind: 'reminder' | 'escalation' | 'reassignment';
  readonly task: Task;
}

/**
 * Once a day or oftener: gives tasks of people who went away to their deputies (and open ones back when they return),
 * reminds before the due day, escalates what is overdue once. Returns what people have to be told; says nothing twice.
 */
export const remindDue = async (
  tx: TenantTx,
  input: { readonly world: string; readonly config: TenantConfig; readonly now: Instant },
): Promise<Notice[]> => {
  const today = dayIn(input.config.zone, input.now);
  const notices: Notice[] = [];
  const { owners } = input.config;
  const away = owners.filter((owner) => isAway(owner, today)).map(({ id }) => id);
  const known = owners.map(({ id }) => id);
  for (const task of await lockForSweep(tx, { world: input.world, today, away, known })) {
    const notice = await sweep(tx, task, input.config, today, input.now);
    if (notice !== null) notices.push(notice);
  }
  return notices;
};

const sweep = async (
  tx: TenantTx,
  task: Task,
  config: TenantConfig,
  today: Day,
  now: Instant,
): Promise<Notice | null> => {
  if (today > task.dueOn && task.escalatedAt === null)
    return escalate(tx, task, config, today, now);
  const moved = reassignment(task, config, today);
  if (moved !== null) {
    return handOver(tx, task, moved, now, 'reassignment');
  }
  if (isReminderDue(task, today)) {
    await saveReminded(tx, task.id, now);
    await noteSweep(tx, task, 'reminder', now);
    return { kind: 'reminder', task: { ...task, remindedAt: now } };
  }
  return null;
};

/** Not on the day on which it was opened: nobody forgets that soon. */
const isReminderDue = (task: Task, today: Day): boolean =>
  task.remindedAt === null &&
  today >= task.remindOn &&
  today > task.openedOn &&
  today <= task.dueOn;

const escalate = async (
  tx: TenantTx,
  task: Task,
  config: TenantConfig,
  today: Day,
  now: Instant,
): Promise<Notice> => {
  const manager = escalateTo(config.owners, task, today);
  if (manager !== null) return handOver(tx, task, manager, now, 'escalation');
  await saveEscalated(tx, task.id, now);
  await noteSweep(tx, task, 'escalation', now);
  return { kind: 'escalation', task: { ...task, escalatedAt: now } };
};

/** Somebody else should have it today: the one who has it is away, or the owner is back before anyone took it on. */
const reassignment = (task: Task, config: TenantConfig, today: Day): Assignment | null => {
  const holder = config.owners.find(({ id }) => id === task.assigneeId);
  const holderIsThere = holder !== undefined && !isAway(holder, today);
  if (holderIsThere && (task.status === 'accepted' || task.escalatedAt !== null)) return null;
  const due = assign(
    config.owners,
    task.escalatedAt === null ? task.ownerId : task.assigneeId,
    today,
  );
  return due.ownerId === task.assigneeId ? null : due;
};

const handOver = async (
  tx: TenantTx,
  task: Task,
  assignment: Assignment,
  now: Instant,
  kind: 'reassignment' | 'escalation',
): Promise<Notice> => {
  const saved = await saveAssignment(tx, task.id, assignment, kind === 'escalation' ? now : null);
  await noteSweep(tx, saved ?? task, kind, now);
  return { kind, task: saved ?? task };
};

const noteSweep = (tx: TenantTx, task: Task, kind: Notice['kind'], now: Instant): Promise<number> =>
  record(tx, {
    world: task.world,
    kind: 'task',
    subjects: {
      taskId: task.id,
      ...(task.accountId === null ? {} : { accountId: task.accountId }),
      ...(task.caseId === null ? {} : { caseId: task.caseId }),
    },
    body: {
      notice: kind,
      kind: task.kind,
      assignee: task.assigneeId,
      because: task.assignedBecause,
      due: task.dueOn,
    },
    at: now,
  });
