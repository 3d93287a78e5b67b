import type { TaskShape } from '../../api/task-shape.ts';
import type { Terminal } from '../../platform/terminal/terminal.ts';
import { printable, wrap } from '../../platform/terminal/text.ts';
import { when, type Shown } from '../layout.ts';

/** `task task-… for maya, open, due in 2 days: “Call Dana”`. */
export const taskLine = (
  terminal: Terminal,
  shown: Shown,
  task: TaskShape,
  indent: string,
): string[] => {
  const dates = when(shown);
  const due =
    task.finishedAt === null
      ? `due ${dates.day(task.dueOn)}`
      : `${task.status} ${dates.at(task.finishedAt)}${task.outcome === null ? '' : `: ${task.outcome}`}`;
  const who =
    task.assigneeId === task.ownerId
      ? task.assigneeId
      : `${task.assigneeId} (${task.assignedBecause})`;
  const head = `${indent}${terminal.style.link(task.id)}  `;
  return wrap(printable(`${task.title} — ${who}, ${due}`), terminal.columns, head, `${indent}    `);
};

/** A prepared text, set off by a margin. */
export const quoted = (terminal: Terminal, text: string, indent: string): string[] => {
  const margin = `${indent}${terminal.style.faint('│')}`;
  return printable(text.trimEnd())
    .split('\n')
    .flatMap((line) =>
      line.trim() === '' ? [margin] : wrap(line, terminal.columns, `${margin} `, `${margin} `),
    );
};
