import { z } from 'zod';
import { listTasks } from '../../act/tasks/store.ts';
import { dayIn } from '../../domain/time.ts';
import { defineChatTool, type Source } from '../define.ts';
import { inTenant } from '../desk.ts';
import { ownerText } from '../fact-text.ts';

const args = z.strictObject({ accountId: z.string().min(1).max(200).optional() });

export interface TaskLine {
  readonly taskId: string;
  readonly title: string;
  readonly who: string;
  readonly dueOn: string;
  readonly overdue: boolean;
}

const MOST = 15;

export default defineChatTool<
  z.infer<typeof args>,
  { readonly total: number; readonly items: readonly TaskLine[] }
>({
  id: 'open_tasks',
  title: 'Tasks that people have',
  description: 'Unfinished human tasks, of one account or of all, soonest due first.',
  args,
  look: ({ accountId }, desk) =>
    inTenant(desk, async (tx) => {
      const tasks = await listTasks(tx, {
        world: desk.world.id,
        status: ['open', 'accepted'],
        ...(accountId === undefined ? {} : { accountId }),
      });
      const shown = tasks.slice(0, MOST);
      const today = dayIn(desk.config.zone, desk.now);
      return {
        data: {
          total: tasks.length,
          items: shown.map(({ id, title, assigneeId, dueOn }) => ({
            taskId: id,
            title,
            who: ownerText(desk.config, assigneeId),
            dueOn,
            overdue: dueOn < today,
          })),
        },
        sources: shown.map(({ id, title, accountId: of, openedAt }): Source => ({
          kind: 'task',
          id,
          accountId: of,
          title,
          at: openedAt,
        })),
      };
    }),
});
