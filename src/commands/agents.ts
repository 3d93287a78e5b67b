import { z } from 'zod';
import { liftPauseRoute, showAgentsRoute, type AgentsAnswer } from '../api/agents.ts';
import { inputError } from '../domain/errors.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import { printable, wrap } from '../platform/terminal/text.ts';
import { defineCommand } from './define.ts';
import { headline, hints, section, step, when } from './layout.ts';

export default defineCommand({
  id: 'agents',
  group: 'Look',
  summary: 'How often models declined what rules would have done; let one decide again',
  arguments: [
    {
      name: 'verb',
      description: 'show (default), or lift: let the model of a playbook decide again',
      optional: true,
      choices: ['show', 'lift'],
    },
    { name: 'playbook', description: 'with lift', optional: true },
  ],
  options: [{ flags: '--reason <text>', description: 'with lift: what you found; kept' }],
  examples: ['agents', 'agents lift churn-save --reason "the prompt was mended"'],
  beside: 'api',
  decides: (given) => given.verb === 'lift',
  input: z.object({
    verb: z.enum(['show', 'lift']).default('show'),
    playbook: z.string().optional(),
    reason: z.string().optional(),
  }),
  run: async (context, { verb, playbook, reason }) => {
    const client = await context.client();
    if (verb === 'lift' && (playbook === undefined || reason === undefined)) {
      throw inputError('invalid_input', 'say which and why: agents lift <playbook> --reason "…"');
    }
    const answer =
      verb === 'lift'
        ? await client.call(liftPauseRoute, {
            body: { playbook: playbook ?? '', reason: reason ?? '' },
          })
        : await client.call(showAgentsRoute, {});
    return { json: answer, human: (terminal) => show(terminal, answer) };
  },
});

const show = (terminal: Terminal, { showing, rates, pauses }: AgentsAnswer): string => {
  const dates = when(showing);
  const on = pauses.find(({ liftedAt }) => liftedAt === null);
  return [
    headline(terminal, showing),
    section(terminal, 'Declined beside the plan of rules'),
    ...(rates.length === 0
      ? ['  no model decided lately']
      : rates.flatMap((rate) => rateLine(terminal, rate))),
    section(terminal, 'Set aside'),
    ...(pauses.length === 0 ? ['  none'] : []),
    ...pauses.flatMap(({ playbook, text, pausedAt, liftedAt, liftedBy, liftedBecause }) => [
      ...wrap(printable(`${playbook}: ${text}`), terminal.columns, `  ${dates.at(pausedAt)}  `),
      liftedAt === null
        ? `    ${terminal.style.bad('rules decide')}`
        : `    lifted ${dates.at(liftedAt)} by ${liftedBy ?? ''}: ${printable(liftedBecause ?? '')}`,
    ]),
    ...(on === undefined
      ? []
      : [
          '',
          ...hints(terminal, [
            step(`agents lift ${on.playbook} --reason "…"`, 'let the model decide again'),
          ]),
        ]),
  ].join('\n');
};

const rateLine = (terminal: Terminal, rate: AgentsAnswer['rates'][number]): string[] => {
  const { playbook, agent, model, cases, declined, steps, stepsDeclined, faults } = rate;
  return wrap(
    printable(
      `${playbook} · ${agent} · ${model}: something declined in ${String(declined)} of ${String(cases)} cases, ${String(stepsDeclined)} of ${String(steps)} steps; ${String(faults)} rounds without a usable answer`,
    ),
    terminal.columns,
    '  ',
  );
};
