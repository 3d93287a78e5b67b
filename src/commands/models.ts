import { z } from 'zod';
import {
  approveUnmaskingRoute,
  maskModelsRoute,
  showModelsRoute,
  unmaskModelsRoute,
  type ModelsShape,
} from '../api/models.ts';
import { inputError } from '../domain/errors.ts';
import { formatMoney } from '../domain/money.ts';
import type { Client } from '../platform/http/define.ts';
import { renderTable } from '../platform/terminal/table.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import { printable } from '../platform/terminal/text.ts';
import { defineCommand } from './define.ts';
import { bullet, field, headline, section } from './layout.ts';

const input = z.object({
  verb: z.enum(['show', 'unmask', 'agree', 'mask']).default('show'),
  what: z.enum(['names', 'texts']).optional(),
  reason: z.string().trim().min(1).optional(),
});

type Input = z.infer<typeof input>;

export default defineCommand({
  id: 'models',
  group: 'Set up',
  summary: 'Which language model answers for each agent, what the day has used, what it is shown',
  arguments: [
    {
      name: 'verb',
      description: 'show them (default); propose to unmask, agree to it, or mask again',
      optional: true,
      choices: ['show', 'unmask', 'agree', 'mask'],
    },
    {
      name: 'what',
      description: 'names and addresses, or the texts that customers wrote',
      optional: true,
      choices: ['names', 'texts'],
    },
  ],
  options: [{ flags: '--reason <text>', description: 'with unmask: why; kept in the ledger' }],
  examples: [
    'models',
    'models unmask texts --reason "the model runs in our own house"',
    'models agree texts',
  ],
  beside: 'api',
  decides: (given) => given.verb !== 'show',
  input,
  run: async (context, given) => {
    const answer = await ask(await context.client(), given);
    return { json: answer, human: (terminal) => show(terminal, answer) };
  },
});

const ask = (client: Client, { verb, what, reason }: Input): Promise<ModelsShape> => {
  if (verb === 'show') return client.call(showModelsRoute, { query: {} });
  if (what === undefined)
    throw inputError('invalid_input', `say what: \`retinue models ${verb} names\` or \`texts\``);
  if (verb === 'agree') return client.call(approveUnmaskingRoute, { body: { what } });
  if (verb === 'mask') return client.call(maskModelsRoute, { body: { what } });
  if (reason === undefined) throw inputError('invalid_input', 'say why: --reason "…"');
  return client.call(unmaskModelsRoute, { body: { what, reason } });
};

const show = (terminal: Terminal, answer: ModelsShape): string =>
  [
    headline(terminal, answer.showing),
    '',
    ...field(terminal, 'endpoint', answer.endpoint ?? NONE),
    ...(answer.circuit === 'closed' ? [] : field(terminal, 'state', CIRCUIT[answer.circuit])),
    ...field(terminal, 'today', usedText(answer)),
    section(terminal, 'agents'),
    table(terminal, answer),
    ...(answer.faults.length === 0 ? [] : [section(terminal, 'what went wrong today')]),
    ...answer.faults.flatMap(({ fault, calls, reason }) =>
      bullet(terminal, printable(`${fault} (${String(calls)}): ${reason}`)),
    ),
    section(terminal, 'what leaves as it is'),
    ...unmaskedLines(terminal, answer),
  ].join('\n');

const NONE = 'none: set OPENAI_BASE_URL or OPENAI_API_KEY; rules decide';

const CIRCUIT = {
  open: 'left alone for a minute after repeated failures; rules decide meanwhile',
  trying: 'tried again after it was left alone',
};

const usedText = ({ used, budget }: ModelsShape): string => {
  const tokens = budget.tokens === null ? '' : ` of ${budget.tokens.toLocaleString('en')}`;
  const money = budget.money === null ? '' : ` of ${formatMoney(budget.money)}`;
  return `${used.tokens.toLocaleString('en')}${tokens} tokens, ${formatMoney(used.cost)}${money}`;
};

const table = (terminal: Terminal, { agents }: ModelsShape): string =>
  renderTable(
    terminal,
    [
      { head: 'agent', cell: (row) => row.agent },
      { head: 'model', cell: (row) => printable(row.model ?? '–') },
      { head: 'calls', cell: (row) => String(row.calls) },
      { head: 'failed', cell: (row) => String(row.failed) },
      {
        head: 'tokens in / out',
        cell: (row) => `${String(row.inputTokens)} / ${String(row.outputTokens)}`,
      },
      { head: 'cost', cell: (row) => formatMoney(row.cost) },
      {
        head: 'median',
        cell: (row) =>
          row.medianMilliseconds === null ? '–' : `${String(row.medianMilliseconds)} ms`,
      },
    ],
    agents,
  );

const unmaskedLines = (terminal: Terminal, { unmasked }: ModelsShape): string[] =>
  unmasked.length === 0
    ? bullet(terminal, 'nothing: names, addresses and what customers wrote are placeholders')
    : unmasked.flatMap(({ what, status, reason, proposedBy, approvedBy }) =>
        bullet(
          terminal,
          printable(
            `${what}: ${status === 'in_force' ? `let out by ${proposedBy} and ${approvedBy ?? ''}` : `proposed by ${proposedBy}; a second person agrees by \`retinue models agree ${what}\``}: ${reason}`,
          ),
        ),
      );
