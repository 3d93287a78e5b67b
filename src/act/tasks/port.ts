import type { TransactionalPort } from '../../connectors/define.ts';
import { openTask } from './tasks.ts';

/** Opens human tasks, in the world of the action that asks for them. */
export const tasksPort: TransactionalPort = {
  id: 'tasks',
  guarantee: 'transactional',
  describe: 'human tasks in this database',
  performIn: async (tx, effect, { world, caseId, config, now, accept }) => {
    if (effect.task === null) return { outcome: 'refused', reason: 'there is no task' };
    const task = await openTask(tx, {
      world: world.id,
      key: effect.key,
      actionId: effect.actionId,
      accountId: effect.accountId,
      caseId,
      draft: effect.task,
      config,
      now,
      accept,
    });
    return {
      outcome: 'done',
      receipt: { taskId: task.id, assignee: task.assigneeId, due: task.dueOn },
    };
  },
  close: async () => undefined,
};
