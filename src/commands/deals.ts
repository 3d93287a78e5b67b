import { z } from 'zod';
import { getDealRoute, listDealsRoute, moveDealRoute, type DealShape } from '../api/deals.ts';
import { inputError } from '../domain/errors.ts';
import { moneyText } from '../platform/terminal/format.ts';
import { renderTable } from '../platform/terminal/table.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import { printable, shorten } from '../platform/terminal/text.ts';
import { defineCommand, type Output } from './define.ts';
import { field } from './layout.ts';

const input = z.object({
  verb: z.enum(['list', 'show', 'move']).default('list'),
  id: z.string().optional(),
  stage: z.string().optional(),
  standing: z.enum(['open', 'won', 'lost', 'all']).optional(),
  closeOn: z.string().optional(),
  owner: z.string().optional(),
  note: z.string().optional(),
});

export default defineCommand({
  id: 'deals',
  group: 'Look',
  summary: 'The deal pipeline; move a deal to another stage',
  arguments: [
    {
      name: 'verb',
      description: 'what to do (default: list)',
      optional: true,
      choices: ['list', 'show', 'move'],
    },
    { name: 'id', description: 'with show and move: the deal', optional: true },
    { name: 'stage', description: 'with move: a stage of deals.yaml', optional: true },
  ],
  options: [
    {
      flags: '--standing <standing>',
      description: 'with list: which ones (default: open)',
      choices: ['open', 'won', 'lost', 'all'],
    },
    { flags: '--close-on <day>', description: 'with move: when it is expected to close' },
    { flags: '--owner <id>', description: 'with move: who has it from here on' },
    { flags: '--note <text>', description: 'with move: anything worth keeping' },
  ],
  examples: ['deals', 'deals show deal-7f3k2m9qh4tz', 'deals move deal-7f3k2m9qh4tz won'],
  beside: 'api',
  decides: ({ verb }) => verb === 'move',
  input,
  run: async (context, given): Promise<Output> => {
    const client = await context.client();
    if (given.verb === 'list') {
      const query = { standing: given.standing };
      const answer = await client.call(listDealsRoute, { query });
      return { json: answer, human: (terminal) => pipelineText(terminal, answer) };
    }
    if (given.id === undefined) throw inputError('invalid_input', 'say which deal, by its id');
    const params = { id: given.id };
    const { stage, closeOn, owner: ownerId, note } = given;
    const deal =
      given.verb === 'show'
        ? await client.call(getDealRoute, { params })
        : await client.call(moveDealRoute, { params, body: { stage, closeOn, ownerId, note } });
    return { json: deal, human: (terminal) => dealText(terminal, deal) };
  },
});

const NAME_WIDTH = 34;

const pipelineText = (
  terminal: Terminal,
  {
    stages,
    items,
  }: {
    readonly stages: readonly { readonly id: string; readonly name: string }[];
    readonly items: readonly DealShape[];
  },
): string => {
  if (stages.length === 0) return 'No deals are kept: name their stages in deals.yaml.';
  if (items.length === 0) return 'No such deals.';
  return renderTable(
    terminal,
    [
      { head: 'deal', cell: (deal) => terminal.style.link(deal.id) },
      { head: 'name', cell: (deal) => shorten(printable(deal.name), NAME_WIDTH) },
      { head: 'stage', cell: (deal) => nameOf(stages, deal.stage) },
      { head: 'a year', cell: (deal) => moneyText(deal.amount), align: 'right' },
      { head: 'owner', cell: (deal) => deal.ownerId ?? '—' },
      { head: 'closes', cell: (deal) => deal.closeOn },
      { head: 'its case', cell: ({ caseClosed }) => (caseClosed === null ? 'open' : 'closed') },
    ],
    items,
  );
};

const nameOf = (
  stages: readonly { readonly id: string; readonly name: string }[],
  id: string,
): string => stages.find((stage) => stage.id === id)?.name ?? id;

type Detail = z.infer<typeof getDealRoute.response>;

const dealText = (terminal: Terminal, deal: Detail): string =>
  [
    `${terminal.style.strong(printable(deal.name))}  ${terminal.style.faint(deal.id)}`,
    ...field(terminal, 'stage', `${deal.stage} (${deal.standing}) since ${deal.stageSince}`),
    ...field(terminal, 'a year', moneyText(deal.amount)),
    ...field(terminal, 'owner', deal.ownerId ?? '—'),
    ...field(terminal, 'closes', deal.closeOn),
    ...field(terminal, 'case', caseText(deal)),
    ...deal.moves.flatMap((move) =>
      field(
        terminal,
        move.at.slice(0, 10),
        `${move.fromStage ?? 'opened'} → ${move.toStage}, by ${move.movedBy}${move.note === null ? '' : `: ${printable(move.note)}`}`,
      ),
    ),
  ].join('\n');

const caseText = ({ caseId, caseClosed, standing }: Detail): string => {
  if (caseClosed === null) return `${caseId}, open`;
  const because = caseClosed.reason === null ? '' : `: ${printable(caseClosed.reason)}`;
  const next = standing === 'open' ? '; move the deal to an end if it is over too' : '';
  return `${caseId}, closed on ${caseClosed.at.slice(0, 10)}${because}${next}`;
};
