import { z } from 'zod';
import type { AccountRowShape } from '../api/account-rows.ts';
import { listAccountsRoute } from '../api/accounts.ts';
import type { ScoreBrief } from '../api/score-shapes.ts';
import { counted, moneyText } from '../platform/terminal/format.ts';
import type { Style } from '../platform/terminal/style.ts';
import { renderTable } from '../platform/terminal/table.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import { padStart, printable } from '../platform/terminal/text.ts';
import { defineCommand } from './define.ts';
import { headline, hint, type Shown } from './layout.ts';

export default defineCommand({
  id: 'accounts',
  group: 'Look',
  summary: 'Accounts with their scores, the most at risk first',
  arguments: [],
  options: [
    {
      flags: '--tier <tier>',
      description: 'churn risk: low, medium, high, critical or unknown',
      choices: ['low', 'medium', 'high', 'critical', 'unknown'],
    },
    { flags: '--owner <id>', description: 'those of one owner' },
    { flags: '--search <text>', description: 'part of the name' },
    { flags: '--ready', description: 'those ready to expand' },
    {
      flags: '--sort <order>',
      description: 'risk, arr, renewal or name (default: risk)',
      choices: ['risk', 'arr', 'renewal', 'name'],
    },
    { flags: '--limit <number>', description: 'at most so many (default: 30; with --json 1000)' },
  ],
  examples: ['accounts', 'accounts --tier critical', 'accounts --ready --sort arr --limit 10'],
  beside: 'api',
  decides: false,
  input: z.object({
    tier: z.string().optional(),
    owner: z.string().optional(),
    search: z.string().optional(),
    ready: z.boolean().optional(),
    sort: z.string().optional(),
    limit: z.string().optional(),
  }),
  run: async (context, { ready, ...input }) => {
    const client = await context.client();
    const answer = await client.call(listAccountsRoute, {
      query: {
        ...input,
        world: context.settings.world ?? undefined,
        ready: ready === true ? 'true' : undefined,
        limit: input.limit ?? (context.settings.json ? '1000' : '30'),
      },
    });
    return {
      json: answer,
      human: (terminal) => showAccounts(terminal, answer.showing, answer.items, answer.total),
    };
  },
});

const showAccounts = (
  terminal: Terminal,
  shown: Shown,
  accounts: readonly AccountRowShape[],
  total: number,
): string => {
  const [first] = accounts;
  const some = accounts.length < total ? `${String(accounts.length)} of ` : '';
  const head = `${headline(terminal, shown)} · ${some}${counted(total, 'account')}`;
  if (first === undefined) return `${head}\n\nNo account fits.`;
  return [
    head,
    '',
    accountTable(terminal, accounts),
    '',
    hint(terminal, `explain ${first.id}`, 'why, and what moved'),
  ].join('\n');
};

const accountTable = (terminal: Terminal, accounts: readonly AccountRowShape[]): string =>
  renderTable(
    terminal,
    [
      { head: 'account', cell: (row) => printable(row.name), gives: true },
      { head: 'churn risk', cell: (row) => riskCell(terminal.style, row.churn_risk) },
      { head: 'health', cell: (row) => numberCell(row.health), align: 'right' },
      { head: 'arr', cell: (row) => moneyText(row.arr), align: 'right' },
      { head: 'renews', cell: renewal, align: 'right' },
      { head: 'owner', cell: (row) => printable(row.owner ?? '—') },
      { head: 'cases', cell: (row) => casesCell(terminal.style, row) },
      { head: 'id', cell: (row) => terminal.style.link(row.id) },
    ],
    accounts,
  );

const TONES: Readonly<Record<string, 'good' | 'warn' | 'bad'>> = {
  low: 'good',
  medium: 'warn',
  high: 'bad',
  critical: 'bad',
};

export const riskCell = (style: Style, score: ScoreBrief): string => {
  if (score.value === null) return style.faint(statusWords(score));
  const tone = TONES[score.tier ?? ''];
  const text = `${padStart(String(Math.round(score.value)), 3)} ${score.tier ?? ''}`;
  return tone === undefined ? text : style[tone](text);
};

const statusWords = (score: ScoreBrief): string =>
  score.status === 'too_young' ? '  – too young' : '  – unknown';

const numberCell = (score: ScoreBrief): string =>
  score.value === null ? '–' : String(Math.round(score.value));

const casesCell = (style: Style, row: AccountRowShape): string => {
  const open = row.open_cases === 0 ? '·' : String(row.open_cases);
  return row.expansion_ready === true ? `${open} ${style.good('ready')}` : open;
};

const renewal = (row: AccountRowShape): string =>
  row.days_to_renewal === null ? '—' : `${String(row.days_to_renewal)} d`;
