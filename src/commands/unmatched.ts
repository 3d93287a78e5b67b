import { z } from 'zod';
import { linkUnmatchedRoute, listUnmatchedRoute, matchUnmatchedRoute } from '../api/identity.ts';
import type { Unmatched } from '../api/identity-shapes.ts';
import { inputError } from '../domain/errors.ts';
import { counted } from '../platform/terminal/format.ts';
import { renderTable } from '../platform/terminal/table.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import { printable } from '../platform/terminal/text.ts';
import type { CommandContext } from './context.ts';
import { defineCommand, type Output } from './define.ts';
import { hints, step, type Hint } from './layout.ts';

const input = z.object({
  verb: z.enum(['list', 'link', 'match']).default('list'),
  source: z.string().optional(),
  externalId: z.string().optional(),
  account: z.string().optional(),
  from: z.string().optional(),
  reason: z.string().default(''),
  of: z.string().optional(),
  limit: z.string().optional(),
});

type Input = z.infer<typeof input>;

export default defineCommand({
  id: 'unmatched',
  group: 'Decide',
  summary: 'Records that wait because nobody knows whose they are; say whose, or match by rules',
  arguments: [
    {
      name: 'verb',
      description: 'list them, link one to an account, or match all by the rules in force',
      optional: true,
      choices: ['list', 'link', 'match'],
    },
    { name: 'source', description: 'with link: the system, such as stripe', optional: true },
    { name: 'externalId', description: 'with link: its id there', optional: true },
    {
      name: 'account',
      description: 'with link: whose it is (default: the account that is suggested)',
      optional: true,
    },
  ],
  options: [
    { flags: '--of <source>', description: 'those of one system' },
    { flags: '--from <moment>', description: 'with link: from when on (default: always)' },
    { flags: '--reason <text>', description: 'with link: why; kept in the ledger' },
    { flags: '--limit <number>', description: 'at most so many (default: 100)' },
  ],
  examples: [
    'unmatched',
    'unmatched --of stripe --json',
    'unmatched link stripe cus_4711 "Northwind Traders" --reason "same VAT id"',
    'unmatched match',
  ],
  beside: 'api',
  decides: (given) => given.verb !== 'list',
  input,
  run: async (context, given) => {
    if (given.verb === 'link') return link(context, given);
    return given.verb === 'match' ? match(context) : list(context, given);
  },
});

const list = async (context: CommandContext, { of, limit }: Input): Promise<Output> => {
  const client = await context.client();
  const answer = await client.call(listUnmatchedRoute, { query: { source: of, limit } });
  return { json: answer, human: (terminal) => show(terminal, answer) };
};

const link = async (context: CommandContext, given: Input): Promise<Output> => {
  const { source, externalId, account, from, reason } = given;
  if (source === undefined || externalId === undefined) {
    throw inputError(
      'invalid_input',
      'say what to link: `retinue unmatched link <source> <id> [account] --reason …`',
    );
  }
  if (reason.trim() === '')
    throw inputError('reason_required', 'say why with --reason; it is kept in the ledger');
  const client = await context.client();
  const answer = await client.call(linkUnmatchedRoute, {
    body: { source, externalId, account, from, reason },
  });
  return {
    json: answer,
    human: ({ style }) =>
      `${style.good('Linked')}: ${printable(`${source} ${externalId}`)}; what waited under it counts now.`,
  };
};

const match = async (context: CommandContext): Promise<Output> => {
  const client = await context.client();
  const swept = await client.call(matchUnmatchedRoute);
  return {
    json: swept,
    human: (terminal) =>
      [
        `${counted(swept.looked, 'id')} held against the rules: ${terminal.style.good(`${String(swept.bound)} placed`)}, ${String(swept.suggested)} suggested, ${String(swept.undecided)} undecided.`,
        ...(swept.founded === 0
          ? []
          : [`${counted(swept.founded, 'account')} made of records that waited.`]),
        '',
        ...hints(terminal, [step('unmatched', 'what still waits')]),
      ].join('\n'),
  };
};

const show = (terminal: Terminal, { total, sources, items }: Unmatched): string => {
  if (total === 0) return 'Nothing waits: every id belongs to an account.';
  const suggested = items.find((item) => item.suggested !== null);
  const next: Hint[] = [
    ...(suggested === undefined
      ? []
      : [
          step(
            `unmatched link ${suggested.source} ${suggested.externalId} --reason …`,
            'take the suggestion',
          ),
        ]),
    step('unmatched link <source> <id> <account> --reason …', 'say whose it is'),
    step('unmatched match', 'after a change of the rules in identity.yaml'),
  ];
  return [
    `${counted(total, 'id')} of no account: ${sources.map(({ source, count }) => `${String(count)} of ${source}`).join(', ')}`,
    '',
    renderTable(
      terminal,
      [
        { head: 'system', cell: (row) => printable(row.source) },
        { head: 'id', cell: (row) => printable(row.externalId) },
        { head: 'since', cell: (row) => row.since.slice(0, 10) },
        { head: 'waits', cell: waits },
        { head: 'rules say', cell: says, gives: true },
      ],
      items,
    ),
    '',
    ...hints(terminal, next),
  ].join('\n');
};

type Item = Unmatched['items'][number];

const waits = ({ records, metrics }: Item): string => {
  const parts = [
    ...Object.entries(records).map(([kind, count]) => `${String(count)} ${kind}`),
    ...(metrics.length === 0 ? [] : [`use of ${counted(metrics.length, 'metric')}`]),
  ];
  return parts.length === 0 ? 'other ids' : parts.join(', ');
};

const says = ({ verdict, suggested, because, candidates }: Item): string => {
  if (suggested !== null) return printable(`${suggested.name}, by ${because ?? 'a rule'}`);
  if (verdict === 'nothing') return 'nothing';
  const found = candidates
    .map(({ rule, accounts }) => `${rule}: ${accounts.map(({ name }) => name).join(' or ')}`)
    .join('; ');
  return printable(because === 'several' ? `several, ${found}` : `different ones, ${found}`);
};
