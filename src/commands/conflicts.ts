import { z } from 'zod';
import { listConflictsRoute } from '../api/identity.ts';
import type { ConflictShape } from '../api/identity-shapes.ts';
import { counted } from '../platform/terminal/format.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import { printable } from '../platform/terminal/text.ts';
import { defineCommand } from './define.ts';
import { hints, step } from './layout.ts';
import { conflictLines } from './pages/conflict-lines.ts';

export default defineCommand({
  id: 'conflicts',
  group: 'Look',
  summary: 'Where systems tell an account otherwise: who says what, whose word holds, and why',
  arguments: [{ name: 'account', description: 'of one account', optional: true }],
  options: [{ flags: '--limit <number>', description: 'at most so many (default: 200)' }],
  examples: ['conflicts', 'conflicts "Northwind Traders" --json'],
  beside: 'api',
  decides: false,
  input: z.object({ account: z.string().optional(), limit: z.string().optional() }),
  run: async (context, { account, limit }) => {
    const client = await context.client();
    const answer = await client.call(listConflictsRoute, { query: { account, limit } });
    return { json: answer, human: (terminal) => show(terminal, answer.total, answer.items) };
  },
});

const show = (terminal: Terminal, total: number, items: readonly ConflictShape[]): string => {
  if (total === 0) return 'No two systems tell an account differently.';
  const accounts = [...new Map(items.map(({ account }) => [account.id, account])).values()];
  return [
    `${counted(total, 'field')} told differently`,
    ...accounts.flatMap(({ id, name }) => [
      '',
      `${terminal.style.strong(printable(name))} · ${id}`,
      ...conflictLines(
        terminal,
        items.filter(({ account }) => account.id === id),
      ),
    ]),
    '',
    ...hints(terminal, [
      step('config apply <folder>', 'after naming a source of truth in identity.yaml'),
    ]),
  ].join('\n');
};
