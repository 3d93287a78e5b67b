import { defineQuestion } from '../define.ts';
import { plain } from '../markdown.ts';
import openTasks from '../tools/open-tasks.ts';

export default defineQuestion({
  id: 'tasks',
  title: 'Tasks that people have',
  about: 'anything',
  examples: ['which tasks are open?', 'what tasks are there for Northwind?'],
  fits: ({ words, asks }) => (asks && /\btasks?\b|\bto-?dos?\b/.test(words) ? 8 : 0),
  answer: async ({ account }, look) => {
    const found = await look(openTasks, account === null ? {} : { accountId: account.accountId });
    if (found.total === 0) return 'No task is open.';
    const lines = found.items.map(
      ({ taskId, title, who, dueOn, overdue }) =>
        `- ${plain(`${title}: ${who}, due ${dueOn}${overdue ? ', overdue' : ''}`)} (\`${taskId}\`)`,
    );
    return [
      `${String(found.total)} tasks are open${found.total > lines.length ? `; the first ${String(lines.length)}` : ''}:`,
      lines.join('\n'),
    ].join('\n\n');
  },
});
