import type { Day, Instant } from '../../domain/time.ts';

export const TASK_STATUSES = ['open', 'accepted', 'done', 'declined', 'closed'] as const;

/** `closed` is by its cause (the case is over); `done` and `declined` are a person's word. */
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** Something that a person has to do. */
export interface Task {
  readonly id: string;
  readonly world: string;
  /** The business key: the same key is the same task, for ever. */
  readonly key: string;
  readonly actionId: string | null;
  readonly accountId: string | null;
  readonly caseId: string | null;
  readonly kind: string;
  readonly title: string;
  readonly reason: string;
  /** Text prepared for the person. */
  readonly draft: string;
  /** Whose it is by the tenant's files. */
  readonly ownerId: string;
  /** Who has it now: the owner, a deputy, or a manager. */
  readonly assigneeId: string;
  readonly assigneeEmail: string | null;
  readonly assignedBecause: string;
  readonly status: TaskStatus;
  readonly openedAt: Instant;
  readonly openedOn: Day;
  readonly dueOn: Day;
  readonly remindOn: Day;
  readonly remindedAt: Instant | null;
  readonly escalatedAt: Instant | null;
  readonly acceptedAt: Instant | null;
  readonly finishedAt: Instant | null;
  /** The person who acted last, and whether they stood in for the assignee. */
  readonly actedBy: string | null;
  readonly stoodIn: boolean;
  readonly outcome: string | null;
  readonly note: string | null;
  readonly revision: number;
}
