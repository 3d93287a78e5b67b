import type { RunReport } from '../../jobs/run-line.ts';
import { counted } from '../../platform/terminal/format.ts';
import { renderTable } from '../../platform/terminal/table.ts';
import type { Terminal } from '../../platform/terminal/terminal.ts';
import { printable, wrap } from '../../platform/terminal/text.ts';
import type { ImportedFile, ImportReport } from '../../sense/import/report.ts';
import { hints, step, section } from '../layout.ts';
import { runLines } from './run-lines.ts';

/** What an import took in, what it put aside and why. */
export const importPage = (
  terminal: Terminal,
  done: {
    readonly report: ImportReport;
    readonly created: boolean;
    readonly run: RunReport | null;
  },
): string => {
  const { report } = done;
  const { totals } = report;
  const conflicts =
    totals.conflicts === 0
      ? ''
      : ` (${number(totals.conflicts)} of them said something else and were not heard)`;
  return [
    `${terminal.style.strong(report.tenantId)}${done.created ? ' (a new tenant)' : ''} · ${counted(totals.rows, 'row')} by mapping ${report.mapping} ${report.mappingVersion}`,
    `${number(totals.accepted)} events accepted, ${number(totals.duplicates)} known already${conflicts}, ${number(totals.quarantined)} in quarantine`,
    '',
    fileTable(terminal, report.files),
    ...faults(terminal, report),
    ...quality(terminal, report),
    ...(done.run === null ? [] : [section(terminal, 'Run'), ...runLines(terminal, done.run)]),
    '',
    ...hints(terminal, [
      step(`accounts --tenant ${report.tenantId}`, 'how they stand'),
      step(`run --tenant ${report.tenantId} --as-of <date>`, 'as it would have been on that day'),
      ...(totals.quarantined === 0
        ? []
        : [step(`quarantine --tenant ${report.tenantId}`, 'what was put aside')]),
    ]),
  ].join('\n');
};

const number = (value: number): string => value.toLocaleString('en-US');

const fileTable = (terminal: Terminal, files: readonly ImportedFile[]): string =>
  renderTable(
    terminal,
    [
      { head: 'file', cell: (file) => printable(file.file) },
      { head: 'rows', cell: (file) => number(file.rows), align: 'right' },
      { head: 'new', cell: (file) => number(file.accepted), align: 'right' },
      { head: 'known', cell: (file) => number(file.duplicates), align: 'right' },
      { head: 'put aside', cell: (file) => number(file.quarantined), align: 'right' },
      {
        head: '',
        cell: (file) =>
          file.status === 'done' ? terminal.style.good('done') : terminal.style.bad('refused'),
      },
    ],
    files,
  );

const faults = (terminal: Terminal, report: ImportReport): string[] =>
  report.files
    .filter(({ status }) => status === 'refused')
    .flatMap((file) => [
      '',
      terminal.style.bad(`${file.file}: not read`),
      ...file.faults.flatMap((fault) =>
        wrap(
          printable(`${fault.line === null ? '' : `line ${String(fault.line)}: `}${fault.message}`),
          terminal.columns,
          '  • ',
        ),
      ),
    ]);

const quality = (terminal: Terminal, report: ImportReport): string[] => {
  const lines = [
    ...report.quarantined.map(
      ({ code, reason, count }) => `${number(count)} × ${code}, such as: ${reason}`,
    ),
    ...(report.totals.waiting === 0
      ? []
      : [
          `${number(report.totals.waiting)} events lie in the future and were left out; import again when they have come`,
        ]),
    ...(report.totals.leftOut === 0
      ? []
      : [
          `${counted(report.totals.leftOut, 'row')} knowingly left out: no emit of the mapping wanted anything of them`,
        ]),
    ...report.unboundLinks.map(
      ({ source, count }) =>
        `${counted(count, 'id')} of ${source} ${count === 1 ? 'belongs' : 'belong'} to no account so far; what was sent for ${count === 1 ? 'it' : 'them'} waits`,
    ),
    ...(report.unusedFiles.length === 0
      ? []
      : [`not named by the mapping: ${report.unusedFiles.join(', ')}`]),
  ];
  if (lines.length === 0) return [];
  return [
    section(terminal, 'Data quality'),
    ...lines.flatMap((line) => wrap(printable(line), terminal.columns, '  • ')),
  ];
};
