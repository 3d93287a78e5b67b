import { z } from 'zod';
import { liftBrakeRoute, listBrakesRoute, type BrakeShape } from '../api/brake.ts';
import { inputError } from '../domain/errors.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import { printable, wrap } from '../platform/terminal/text.ts';
import { defineCommand } from './define.ts';
import { headline, hints, step, when, type Shown } from './layout.ts';

export default defineCommand({
  id: 'brake',
  group: 'Decide',
  summary: 'Whether outward work is stopped because too much moved at once; let it go on',
  arguments: [
    {
      name: 'verb',
      description: 'list them (default), or lift the one that is on',
      optional: true,
      choices: ['list', 'lift'],
    },
  ],
  options: [{ flags: '--reason <text>', description: 'with lift: what you found; kept' }],
  examples: ['brake', 'brake lift --reason "the product export was late, and has come"'],
  beside: 'api',
  decides: (given) => given.verb === 'lift',
  input: z.object({
    verb: z.enum(['list', 'lift']).default('list'),
    reason: z.string().optional(),
  }),
  run: async (context, { verb, reason }) => {
    const client = await context.client();
    if (verb === 'lift' && reason === undefined) {
      throw inputError('invalid_input', 'say what you found: --reason "…"');
    }
    const answer =
      verb === 'lift'
        ? await client.call(liftBrakeRoute, { body: { reason: reason ?? '' } })
        : await client.call(listBrakesRoute, { query: {} });
    return { json: answer, human: (terminal) => show(terminal, answer.showing, answer.items) };
  },
});

const show = (terminal: Terminal, shown: Shown, brakes: readonly BrakeShape[]): string => {
  const on = brakes.some(({ liftedAt }) => liftedAt === null);
  const state = on
    ? terminal.style.bad('outward work is stopped')
    : terminal.style.good('outward work goes on');
  return [
    `${headline(terminal, shown)} · ${state}`,
    ...brakes.flatMap((brake) => ['', ...lines(terminal, shown, brake)]),
    ...(on ? ['', ...hints(terminal, [step('brake lift --reason "…"', 'let it go on')])] : []),
  ].join('\n');
};

const lines = (terminal: Terminal, shown: Shown, brake: BrakeShape): string[] => {
  const dates = when(shown);
  const end =
    brake.liftedAt === null
      ? 'still on'
      : `lifted ${dates.at(brake.liftedAt)} by ${brake.liftedBy ?? 'a normal run'}: ${brake.liftedBecause ?? ''}`;
  return [
    ...wrap(printable(brake.text), terminal.columns, `${dates.at(brake.trippedAt)}  `),
    ...wrap(printable(end), terminal.columns, '  '),
  ];
};
