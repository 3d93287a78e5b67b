import type { LedgerReport } from '../../act/ledger/verify.ts';
import type { LedgerRow } from '../../api/ledger.ts';
import type { Instant } from '../../domain/time.ts';
import { clockTime, counted } from '../../platform/terminal/format.ts';
import { renderTable } from '../../platform/terminal/table.ts';
import type { Terminal } from '../../platform/terminal/terminal.ts';
import { printable } from '../../platform/terminal/text.ts';

/** Entries as a table: when, who, what, about what, from where. Times are UTC. */
export const ledgerPage = (
  terminal: Terminal,
  page: { readonly items: readonly LedgerRow[]; readonly next: number | null },
  now: Instant,
): string => {
  if (page.items.length === 0) return 'No entry fits.';
  const table = renderTable(
    terminal,
    [
      { head: 'entry', cell: (row) => String(row.entry), align: 'right' },
      { head: 'when (utc)', cell: (row) => clockTime(row.at as Instant, now, 'UTC') },
      { head: 'who', cell: whoOf },
      { head: 'from', cell: (row) => row.from ?? '—' },
      { head: 'kind', cell: (row) => toned(terminal, row.kind) },
      { head: 'what', cell: whatOf, gives: true },
    ],
    page.items,
  );
  return page.next === null
    ? table
    : `${table}\n\n${terminal.style.faint(`older ones: --before ${String(page.next)}`)}`;
};

const whoOf = ({ person, key }: LedgerRow): string => {
  if (person !== null) return printable(person.name ?? person.id);
  if (key !== null) return printable(`key ${key.name ?? key.id}`);
  return 'retinue';
};

const whatOf = ({ text, details, account }: LedgerRow): string =>
  printable(
    [text, ...(account === null ? [] : [`· ${account.name ?? account.id}`]), details]
      .filter((part) => part !== '')
      .join(' '),
  );

const toned = ({ style }: Terminal, kind: string): string =>
  kind.endsWith('refused') ? style.bad(kind) : kind;

/** What `verify` found, and what it cannot find. */
export const verifyPage = (terminal: Terminal, report: LedgerReport): string => {
  const { style } = terminal;
  return [
    report.ok
      ? style.good('✓ The ledger is whole: every entry is as it was linked.')
      : style.bad(`✗ The ledger was changed: ${counted(report.faults.length, 'fault')}`),
    ...report.chains.map(
      (chainOf) =>
        `  ${chainOf.world.padEnd(18)} ${counted(chainOf.count, 'entry', 'entries')} linked, ${String(chainOf.unlinked)} not yet` +
        (chainOf.head === null
          ? ''
          : `\n  ${' '.repeat(18)} head ${String(chainOf.head.position)}:${chainOf.head.hash}`),
    ),
    ...report.faults.map((fault) =>
      style.bad(`  ${fault.world} entry ${String(fault.position)}: ${fault.problem}`),
    ),
    '',
    style.faint('This check cannot exclude'),
    ...report.cannotExclude.map((limit) => style.faint(`  • ${limit}`)),
  ].join('\n');
};
