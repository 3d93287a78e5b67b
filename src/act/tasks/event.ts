import type { IncomingEvent } from '../../domain/event.ts';
import type { Instant } from '../../domain/time.ts';
import type { Task } from './task.ts';

/** `task.changed`, once for each revision. `null` for a task that concerns no account. Pure. */
export const taskEvent = (task: Task, now: Instant): IncomingEvent | null =>
  task.accountId === null
    ? null
    : {
        eventId: `task:${task.id}:${task.revision}`,
        source: 'retinue',
        type: 'task.changed',
        occurredAt: now,
        trust: 'server',
        ref: { source: 'retinue', externalId: task.accountId },
        payload: {
          taskId: task.id,
          kind: task.kind,
          status: task.status,
          at: now,
          ...(task.caseId === null ? {} : { caseId: task.caseId }),
          ...(task.outcome === null ? {} : { outcome: task.outcome }),
        },
      };
