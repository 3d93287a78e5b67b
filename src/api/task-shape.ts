import { z } from 'zod';
import { TASK_STATUSES, type Task } from '../act/tasks/task.ts';
import { dayText, instantText } from './schemas.ts';

export const taskShape = z.object({
  id: z.string(),
  kind: z.string(),
  title: z.string(),
  accountId: z.string().nullable(),
  accountName: z.string().nullable(),
  caseId: z.string().nullable(),
  status: z.enum(TASK_STATUSES),
  ownerId: z.string().describe('whose it is by the files of the tenant'),
  assigneeId: z.string().describe('who has it now: the owner, a deputy, or a manager'),
  assignedBecause: z.string(),
  dueOn: dayText,
  openedAt: instantText,
  acceptedAt: instantText.nullable(),
  finishedAt: instantText.nullable(),
  escalatedAt: instantText.nullable(),
  reason: z.string(),
  draft: z.string().describe('the text prepared for the person'),
  outcome: z.string().nullable(),
  note: z.string().nullable(),
});

export type TaskShape = z.infer<typeof taskShape>;

export const taskShapeOf = (task: Task, names: ReadonlyMap<string, string>): TaskShape => ({
  ...task,
  accountName: task.accountId === null ? null : (names.get(task.accountId) ?? null),
});
