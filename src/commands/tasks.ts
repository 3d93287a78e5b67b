import { z } from 'zod';
import type { TaskShape } from '../api/task-shape.ts';
import { listTasksRoute } from '../api/tasks.ts';
import { counted } from '../platform/terminal/format.ts';
import { renderTable } from '../platform/terminal/table.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import { printable } from '../platform/terminal/text.ts';
import { defineCommand } from './define.ts';
import { headline, hint, when, type Shown } from './layout.ts';

export default defineCommand({
  id: 'tasks',
  group: 'Look',
  summary: 'What people have to do, the soonest due first',
  arguments: [],
  options: [
    {
      flags: '--status <status>',
      description: 'which ones (default: unfinished)',
      choices: ['unfinished', 'open', 'accepted', 'done', 'declined', 'closed', 'all'],
    },
    { flags: '--assignee <owner>', description: 'those of one owner' },
    { flags: '--account <id>', description: 'those of one account' },
  ],
  examples: ['tasks', 'tasks --assignee maya --json'],
  beside: 'api',
  decides: false,
  input: z.object({
    status: z.string().optional(),
    assignee: z.string().optional(),
    account: z.string().optional(),
  }),
  run: async (context, input) => {
    const client = await context.client();
    const query = { ...input, world: context.settings.world ?? undefined };
    const answer = await client.call(listTasksRoute, { query });
    return {
      json: answer,
      human: (terminal) => showTasks(terminal, answer.showing, answer.items),
    };
  },
});

const showTasks = (terminal: Terminal, shown: Shown, tasks: readonly TaskShape[]): string => {
  const dates = when(shown);
  const head = `${headline(terminal, shown)} · ${counted(tasks.length, 'task')}`;
  if (tasks.length === 0) return `${head}\n\nNothing to do.`;
  const late = (task: TaskShape): boolean => task.dueOn < shown.now.slice(0, 10);
  const table = renderTable(
    terminal,
    [
      { head: 'task', cell: (task) => terminal.style.link(task.id) },
      {
        head: 'due',
        cell: (task) =>
          late(task) ? terminal.style.bad(dates.day(task.dueOn)) : dates.day(task.dueOn),
      },
      { head: 'who', cell: (task) => task.assigneeId },
      { head: 'status', cell: (task) => task.status },
      { head: 'what', cell: (task) => printable(task.title), gives: true },
    ],
    tasks,
  );
  const [first] = tasks;
  return [
    head,
    '',
    table,
    '',
    hint(terminal, `task ${first?.id ?? '<id>'}`, 'read it, with the text prepared for it'),
  ].join('\n');
};
