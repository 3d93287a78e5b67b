import { z } from 'zod';
import { inputError } from '../domain/errors.ts';
import { toDay } from '../domain/time.ts';
import { currentConfig } from '../platform/config/store.ts';
import { EXIT } from '../platform/terminal/exit-codes.ts';
import { counted, moneyText } from '../platform/terminal/format.ts';
import { renderTable } from '../platform/terminal/table.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import { printable } from '../platform/terminal/text.ts';
import { tieOutArr, type TieOut } from '../sense/finance/tie-out.ts';
import { defineCommand } from './define.ts';

export default defineCommand({
  id: 'arr',
  group: 'Prove',
  summary: 'Whether ARR ties out with finance, account by account',
  arguments: [],
  options: [
    { flags: '--as-of <day>', description: 'the statement of that day (default: the newest)' },
    { flags: '--all', description: 'accounts that tie out as well' },
  ],
  examples: ['arr', 'arr --as-of 2026-10-31 --json'],
  beside: { inServer: 'view' },
  decides: false,
  input: z.object({
    asOf: z.iso.date('must be a day, such as 2026-10-31').optional(),
    all: z.boolean().default(false),
  }),
  run: async (context, { asOf, all }) => {
    const { db, parts } = await context.system();
    const tied = await db.withTenant(await context.tenantId(), async (tx) =>
      tieOutArr(tx, {
        config: await currentConfig(tx),
        entities: parts.entities,
        now: context.clock.now(),
        ...(asOf === undefined ? {} : { asOf: toDay(asOf) }),
      }),
    );
    if (tied === null) {
      throw inputError(
        'no_statement',
        'no statement of finance was imported for that: `retinue import <folder> --mapping mappings/finance-arr.yaml`',
      );
    }
    return {
      json: tied,
      exitCode: tied.accounts.every(({ ties }) => ties) ? EXIT.done : EXIT.answerIsNo,
      human: (terminal) => show(terminal, tied, all),
    };
  },
});

const show = (terminal: Terminal, tied: TieOut, all: boolean): string => {
  const { style } = terminal;
  const amount = (minor: number | null) =>
    moneyText(minor === null ? null : { minor, currency: tied.currency });
  const open = tied.accounts.filter(({ ties }) => !ties);
  const shown = all ? tied.accounts : open;
  const verdict =
    open.length === 0
      ? style.good('ARR ties out')
      : style.bad(`ARR does not tie out for ${counted(open.length, 'account')}`);
  return [
    `${verdict}: ours ${amount(tied.ours)}, finance ${amount(tied.finance)} as of ${tied.asOf}, over ${counted(tied.accounts.length, 'account')}`,
    ...(shown.length === 0
      ? []
      : [
          '',
          renderTable(
            terminal,
            [
              { head: 'account', cell: (row) => printable(row.name) },
              { head: 'ours', cell: (row) => amount(row.ours), align: 'right' },
              { head: 'finance', cell: (row) => amount(row.finance), align: 'right' },
              { head: 'difference', cell: (row) => amount(row.difference), align: 'right' },
              { head: 'why', cell: (row) => printable(row.because ?? ''), gives: true },
            ],
            shown,
          ),
        ]),
  ].join('\n');
};
