import { z } from 'zod';
import type { TaskShape } from '../api/task-shape.ts';
import {
  acceptTaskRoute,
  completeTaskRoute,
  declineTaskRoute,
  getTaskRoute,
} from '../api/tasks.ts';
import { inputError } from '../domain/errors.ts';
import type { Client } from '../platform/http/define.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import { printable } from '../platform/terminal/text.ts';
import { defineCommand } from './define.ts';
import { field, hints, step, section, when, type Hint, type Shown } from './layout.ts';
import { quoted } from './pages/task-lines.ts';

const input = z.object({
  id: z.string().min(1),
  verb: z.enum(['accept', 'done', 'decline']).optional(),
  outcome: z.string().optional(),
  reason: z.string().optional(),
  note: z.string().optional(),
});

type Input = z.infer<typeof input>;

export default defineCommand({
  id: 'task',
  group: 'Decide',
  summary: 'Read a task; take it on, say that it is done, or decline it',
  arguments: [
    { name: 'id', description: 'as `retinue tasks` lists it' },
    {
      name: 'verb',
      description: 'what to do; without it, the task is shown',
      optional: true,
      choices: ['accept', 'done', 'decline'],
    },
  ],
  options: [
    { flags: '--outcome <text>', description: 'with done: what came of it, in a few words' },
    { flags: '--reason <text>', description: 'with decline: why' },
    { flags: '--note <text>', description: 'anything else worth keeping' },
  ],
  examples: [
    'task task-7f3k2m9qh4tz',
    'task task-7f3k2m9qh4tz accept',
    'task task-7f3k2m9qh4tz done --outcome "they renew if exports get fixed"',
  ],
  beside: 'api',
  decides: (given) => given.verb !== undefined,
  input,
  run: async (context, given) => {
    const client = await context.client();
    const answer = await act(client, given);
    return { json: answer, human: (terminal) => showTask(terminal, answer.showing, answer.task) };
  },
});

const act = (client: Client, { id, verb, outcome, reason, note }: Input) => {
  const params = { id };
  switch (verb) {
    case undefined:
      return client.call(getTaskRoute, { params });
    case 'accept':
      return client.call(acceptTaskRoute, { params, body: {} });
    case 'done':
      if (outcome === undefined) throw missing('--outcome "what came of it"');
      return client.call(completeTaskRoute, { params, body: { outcome, note } });
    case 'decline':
      if (reason === undefined) throw missing('--reason "why not"');
      return client.call(declineTaskRoute, { params, body: { reason, note } });
  }
};

const missing = (what: string) => inputError('invalid_input', `say more: ${what}`);

const showTask = (terminal: Terminal, shown: Shown, task: TaskShape): string => {
  const dates = when(shown);
  const standsFor =
    task.assigneeId === task.ownerId ? '' : ` for ${task.ownerId}: ${task.assignedBecause}`;
  return [
    `${terminal.style.strong(printable(task.title))}  ${terminal.style.faint(task.id)}`,
    ...field(terminal, 'status', `${task.status}, due ${dates.day(task.dueOn)} (${task.dueOn})`),
    ...field(terminal, 'account', printable(task.accountName ?? '—')),
    ...field(terminal, 'who', `${task.assigneeId}${standsFor}`),
    ...field(terminal, 'why', printable(task.reason)),
    ...(task.outcome === null ? [] : field(terminal, 'outcome', printable(task.outcome))),
    ...(task.note === null ? [] : field(terminal, 'note', printable(task.note))),
    ...(task.draft === ''
      ? []
      : [section(terminal, 'Prepared for you'), ...quoted(terminal, task.draft, '  ')]),
    '',
    ...hints(terminal, nextHints(task)),
  ].join('\n');
};

const nextHints = (task: TaskShape): Hint[] => [
  ...(task.status === 'open' ? [step(`task ${task.id} accept`, 'take it on')] : []),
  ...(step('open', 'accepted').includes(task.status)
    ? [step(`task ${task.id} done --outcome "…"`, 'say what came of it')]
    : []),
  ...(task.caseId === null ? [] : [step(`case ${task.caseId}`, 'why it is asked for')]),
];
