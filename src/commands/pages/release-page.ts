import type { RecordedFlip, ReleaseDiff } from '../../jobs/release/compare-releases.ts';
import type { PolicyFlip } from '../../policies/compare.ts';
import { counted } from '../../platform/terminal/format.ts';
import { renderTable } from '../../platform/terminal/table.ts';
import type { Terminal } from '../../platform/terminal/terminal.ts';
import { printable, wrap } from '../../platform/terminal/text.ts';
import { field, hints, section, step } from '../layout.ts';
import type { ReleaseRow, ShownRelease } from './release-rows.ts';

export const listPage = (terminal: Terminal, rows: readonly ReleaseRow[]): string =>
  [
    renderTable(
      terminal,
      [
        { head: 'release', cell: ({ release }: ReleaseRow) => String(release), align: 'right' },
        { head: 'state', cell: (row) => stateText(row) },
        { head: 'configuration', cell: (row) => String(row.configVersion), align: 'right' },
        {
          head: 'build',
          cell: (row) => (row.runs ? row.build : `${row.build} (needs that build)`),
        },
        { head: 'made', cell: (row) => `${row.ago} by ${printable(row.madeBy)}`, gives: true },
      ],
      rows,
    ),
    '',
    ...hints(terminal, [
      step('release diff <number>', 'what it would decide otherwise than what is in force'),
      step('release rollback', 'back to the one before'),
    ]),
  ].join('\n');

const stateText = ({ state, canaryBasisPoints }: ReleaseRow): string =>
  canaryBasisPoints === null ? state : `${state} ${canaryBasisPoints / 100} %`;

export const showPage = (terminal: Terminal, shown: ShownRelease): string =>
  [
    terminal.style.strong(`Release ${shown.release}`),
    ...field(terminal, 'state', stateText(shown)),
    ...field(terminal, 'configuration', `version ${shown.configVersion}`),
    ...field(terminal, 'needs build', shown.build),
    ...field(terminal, 'made', `${shown.ago} by ${printable(shown.madeBy)}`),
    section(terminal, 'pins'),
    renderTable(
      terminal,
      [
        { head: 'part', cell: ({ name }) => name },
        { head: 'version', cell: ({ version }) => (version === null ? '' : String(version)) },
        { head: 'hash', cell: ({ hash }) => terminal.style.faint(hash.slice(0, 12)) },
        {
          head: '',
          cell: ({ differs }) => (differs ? terminal.style.warn('not as in force') : ''),
        },
      ],
      shown.artefacts,
    ),
    section(terminal, 'what became of it'),
    ...shown.moves.map(
      ({ what, by, ago, reason }) =>
        `  ${what} ${ago} by ${printable(by)}${reason === null ? '' : `: ${printable(reason)}`}`,
    ),
  ].join('\n');

const SHOWN = 40;

export const diffPage = (
  terminal: Terminal,
  { from, to, found }: { readonly from: number; readonly to: number; readonly found: ReleaseDiff },
): string => {
  const more = found.flips.length - SHOWN;
  return [
    terminal.style.strong(`Release ${from} → release ${to}`),
    section(terminal, 'recorded cases'),
    `  ${counted(found.rounds, 'round')} replayed, ${counted(found.decisions, 'decision')}: ${found.flips.length} flip, ${found.changed} would do something else`,
    ...found.flips.slice(0, SHOWN).flatMap((flip) => flipLines(terminal, flip)),
    ...(more > 0 ? [`  … and ${more} more; \`--json\` has all`] : []),
    section(terminal, 'generated cases'),
    ...generatedLines(terminal, found),
    '',
    ...verdictLines(terminal, to, found),
  ].join('\n');
};

const arrow = (terminal: Terminal, before: string, after: string, up: boolean): string =>
  `${before} → ${up ? terminal.style.warn(after) : terminal.style.good(after)}`;

const flipLines = (terminal: Terminal, flip: RecordedFlip): string[] => [
  `  ${flip.accountId}  ${flip.caseId}  ${flip.playbook}/${flip.action}  ${arrow(terminal, flip.before, flip.after, flip.towardsPermit)}`,
  ...(flip.rules.length === 0 ? [] : [`      ${terminal.style.faint(flip.rules.join(', '))}`]),
];

const generatedLines = (terminal: Terminal, { generated }: ReleaseDiff): string[] =>
  generated.cases === 0
    ? ['  the policies and their bounds are the same: nothing to ask']
    : [
        `  ${counted(generated.cases, 'case')} asked of both policy sets: ${counted(generated.flips.length, 'kind')} come out otherwise`,
        ...generated.flips.flatMap((flip) => kindLines(terminal, flip)),
      ];

const kindLines = (terminal: Terminal, flip: PolicyFlip): string[] => [
  `  ${flip.anyOther ? 'any action' : flip.action}  ${arrow(terminal, flip.before, flip.after, flip.towardsPermit)}  ${terminal.style.faint(flip.rules.join(', '))}`,
  ...wrap(
    Object.entries(flip.example)
      .map(([name, value]) => `${name} ${String(value)}`)
      .join(', '),
    terminal.columns,
    '      such as ',
  ),
];

const verdictLines = (terminal: Terminal, to: number, { kinds }: ReleaseDiff): string[] =>
  kinds.length === 0
    ? [`${terminal.style.good('✓')} Nothing more is let through: it needs no approval.`]
    : [
        `${terminal.style.warn('!')} ${counted(kinds.length, 'kind')} of decision would let more through: two people approve it first.`,
        ...hints(terminal, [step(`release approve ${to}`, 'by each of two, not by who staged it')]),
      ];
