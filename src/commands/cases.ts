import { z } from 'zod';
import { listCasesRoute } from '../api/cases.ts';
import type { CaseRowShape } from '../api/case-rows.ts';
import { counted, moneyText } from '../platform/terminal/format.ts';
import { renderTable } from '../platform/terminal/table.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import { printable, shorten, wrap } from '../platform/terminal/text.ts';
import { defineCommand } from './define.ts';
import { headline, hint, hints, step, when, type Shown } from './layout.ts';

export default defineCommand({
  id: 'cases',
  group: 'Look',
  summary: 'Open cases, what is at risk times how urgent first',
  arguments: [],
  options: [
    {
      flags: '--status <status>',
      description: 'which ones (default: open)',
      choices: ['open', 'waiting', 'closed', 'all'],
    },
    { flags: '--waiting', description: 'those that wait for room in their owner’s week' },
    { flags: '--playbook <id>', description: 'those of one playbook' },
    { flags: '--account <account>', description: 'those of one account, by id or name' },
    { flags: '--limit <number>', description: 'at most so many (default: 200)' },
  ],
  examples: ['cases', 'cases --playbook churn-save', 'cases --world shadow --json'],
  beside: 'api',
  decides: false,
  input: z.object({
    status: z.string().optional(),
    waiting: z.boolean().default(false),
    playbook: z.string().optional(),
    account: z.string().optional(),
    limit: z.string().optional(),
  }),
  run: async (context, { waiting, ...input }) => {
    const client = await context.client();
    const status = waiting ? 'waiting' : input.status;
    const query = { ...input, status, world: context.settings.world ?? undefined };
    const answer = await client.call(listCasesRoute, { query });
    return {
      json: answer,
      human: (terminal) =>
        [
          showCases(terminal, answer.showing, answer.items),
          ...(status === 'waiting' ? orderLines(terminal, answer.items) : []),
        ].join('\n'),
    };
  },
});

const showCases = (terminal: Terminal, shown: Shown, cases: readonly CaseRowShape[]): string => {
  const head = `${headline(terminal, shown)} · ${counted(cases.length, 'case')}`;
  const [first] = cases;
  if (first === undefined) {
    return [
      head,
      '',
      'No case is open.',
      ...hints(terminal, [
        step('accounts', 'see how the accounts stand'),
        step('run', 'look again now'),
      ]),
    ].join('\n');
  }
  return [
    head,
    '',
    caseTable(terminal, shown, cases),
    '',
    hint(terminal, `case ${first.id}`, 'why it is open, and what is proposed'),
  ].join('\n');
};

/** Why they wait in this order, with the figures of each. */
const orderLines = (terminal: Terminal, cases: readonly CaseRowShape[]): string[] =>
  cases.length === 0
    ? []
    : [
        '',
        ...wrap(
          'Order: ARR at risk × urgency × how often people found its like right. The last is 2 × (right + known + 5) ÷ ' +
            '(judged + 10), first of the playbook and then of each reason: 1.00 while nobody judged.',
          terminal.columns,
        ),
        ...cases.flatMap((each) =>
          each.rankBecause === null ? [] : [`  ${each.id}  ${orderText(each, each.rankBecause)}`],
        ),
      ];

const EVEN = 5_000;

const orderText = (
  { arrAtRisk, playbook }: CaseRowShape,
  { arrAssumed, urgency, precision, agreed, judged }: NonNullable<CaseRowShape['rankBecause']>,
): string => {
  const money = arrAssumed ? 'median ARR (its own is not known)' : moneyText(arrAtRisk);
  const said = judged === 0 ? '' : ` (${playbook}: ${String(agreed)} of ${String(judged)} right)`;
  return `${money} × ${String(urgency)} × ${(precision / EVEN).toFixed(2)}${said}`;
};

const NAME_WIDTH = 26;

export const caseTable = (
  terminal: Terminal,
  shown: Shown,
  cases: readonly CaseRowShape[],
): string => {
  const dates = when(shown);
  return renderTable(
    terminal,
    [
      { head: 'case', cell: (each) => terminal.style.link(each.id) },
      { head: 'account', cell: (each) => shorten(printable(each.accountName), NAME_WIDTH) },
      { head: 'playbook', cell: (each) => each.playbook },
      { head: 'at risk', cell: (each) => moneyText(each.arrAtRisk), align: 'right' },
      { head: 'urg', cell: (each) => String(each.urgency), align: 'right' },
      { head: 'opened', cell: (each) => dates.at(each.openedAt) },
      { head: 'waits for', cell: stands, gives: true },
    ],
    cases,
  );
};

/** What it waits for, in a few words. */
export const stands = (each: CaseRowShape): string => {
  if (each.status === 'closed') return `closed: ${each.closeReason ?? ''}`;
  if (each.status === 'waiting') return 'its turn';
  if (each.arm === 'holdout') return 'held out';
  const parts = [
    ...(each.waitsFor.approvals > 0 ? [counted(each.waitsFor.approvals, 'approval')] : []),
    ...(each.waitsFor.tasks > 0 ? [counted(each.waitsFor.tasks, 'task')] : []),
  ];
  return parts.length === 0 ? 'nobody' : parts.join(', ');
};
