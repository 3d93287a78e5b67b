import type { CaseView } from '../../api/case-view.ts';
import { moneyText } from '../../platform/terminal/format.ts';
import type { Terminal } from '../../platform/terminal/terminal.ts';
import { padEnd, printable, wrap } from '../../platform/terminal/text.ts';
import { bullet, headline, hints, step, section, when, type Hint } from '../layout.ts';
import { guardLines } from './guard-lines.ts';
import { proposalLines } from './proposal-lines.ts';
import { taskLine } from './task-lines.ts';
import { thoughtLines } from './thought-lines.ts';
import { usageText } from './usage-text.ts';

/** The page that answers “why?” for one case, from the reasons with their figures down to the receipts. */
export const casePage = (
  terminal: Terminal,
  view: CaseView,
  options: { readonly full: boolean },
): string =>
  [
    ...head(terminal, view),
    section(terminal, 'Why'),
    ...distinct(view.case.reasons).flatMap((text) => bullet(terminal, printable(text))),
    ...verdicts(terminal, view),
    ...rounds(terminal, view),
    ...proposals(terminal, view, options.full),
    ...otherTasks(terminal, view),
    section(terminal, 'Guards'),
    ...guardLines(terminal, view.guards),
    ...timeline(terminal, view),
    '',
    ...hints(terminal, nextHints(view, options.full)),
  ].join('\n');

/** Two scores may give the same reason, each in its own line. */
const distinct = (reasons: readonly { readonly text: string }[]): string[] => [
  ...new Set(reasons.map(({ text }) => text)),
];

const head = (terminal: Terminal, view: CaseView): string[] => {
  const { style } = terminal;
  const found = view.case;
  const dates = when(view.showing);
  const state =
    found.status === 'closed'
      ? `closed ${found.closedAt === null ? '' : dates.at(found.closedAt)}: ${found.closeReason ?? ''}`
      : `${found.status}, opened ${dates.at(found.openedAt)}`;
  const facts = [
    state,
    `urgency ${String(found.urgency)} of 100`,
    found.arrAtRisk === null
      ? 'ARR at risk not known'
      : `${moneyText(found.arrAtRisk)} ARR at risk`,
    found.ownerId === null ? 'nobody owns it' : `owner ${found.ownerId}`,
  ];
  const kind = [
    `class ${found.class}`,
    `agent ${found.agent}`,
    ...(found.subject === 'account' ? [] : [`about ${found.subject}`]),
    `round ${String(found.round)}`,
    ...(found.nextLookAt === null ? [] : [`next look ${dates.at(found.nextLookAt)}`]),
  ];
  return [
    `${style.strong(printable(found.accountName))} · ${style.strong(view.playbookTitle)}  ${style.faint(found.id)}`,
    ...wrap(printable(facts.join(' · ')), terminal.columns),
    style.faint(kind.join(' · ')),
    headline(terminal, view.showing),
    ...(found.arm === 'holdout'
      ? [style.warn('Held out for comparison: rounds run, and nothing is filed to act.')]
      : []),
  ];
};

const verdicts = (terminal: Terminal, view: CaseView): string[] => {
  if (view.verdicts.length === 0) return [];
  const dates = when(view.showing);
  return [
    section(terminal, 'Verdicts'),
    ...view.verdicts.flatMap(({ verdict, until, note, person, at }) => {
      const words = until === null ? verdict : `${verdict} until ${until}`;
      const said = `${words}, by ${person}, ${dates.at(at)}${note === null ? '' : `: ${note}`}`;
      return bullet(terminal, printable(said));
    }),
  ];
};

/** Rounds speak only where they have something to say besides their proposals. */
const rounds = (terminal: Terminal, view: CaseView): string[] => {
  const dates = when(view.showing);
  const lines = view.rounds.flatMap((round) => {
    const refused = round.refused.map(
      (each) => `not filed, ${each.step} (${each.tool}): ${each.reason}`,
    );
    const remarks = [
      ...(round.note === null ? [] : [round.note]),
      ...refused,
      ...thoughtLines(round),
    ];
    if (remarks.length === 0 && round.status === 'done') return [];
    const title = `round ${String(round.round)}, ${round.mode} mode, ${round.status}: ${round.cause}`;
    return [
      ...bullet(terminal, `${printable(title)}, ${dates.at(round.openedAt)}`),
      ...remarks.flatMap((remark) => wrap(printable(remark), terminal.columns, '      ')),
    ];
  });
  const used = view.usage.calls === 0 ? [] : bullet(terminal, `in all ${usageText(view.usage)}`);
  return lines.length === 0 && used.length === 0
    ? []
    : [section(terminal, 'Rounds'), ...lines, ...used];
};

const proposals = (terminal: Terminal, view: CaseView, full: boolean): string[] => {
  if (view.proposals.length === 0) {
    return [section(terminal, 'Proposals'), '  none yet'];
  }
  return [
    section(terminal, 'Proposals'),
    ...view.proposals.flatMap((proposal, index) => [
      ...(index === 0 ? [] : ['']),
      ...proposalLines(terminal, view, proposal, { number: index + 1, full }),
    ]),
  ];
};

const otherTasks = (terminal: Terminal, view: CaseView): string[] =>
  view.otherTasks.length === 0
    ? []
    : [
        section(terminal, 'Other tasks'),
        ...view.otherTasks.flatMap((task) => taskLine(terminal, view.showing, task, '  ')),
      ];

const CLOCK_WIDTH = 14;

const timeline = (terminal: Terminal, view: CaseView): string[] => {
  const dates = when(view.showing);
  if (view.timeline.length === 0) return [];
  return [
    section(terminal, 'What happened'),
    ...view.timeline.flatMap((entry) =>
      wrap(
        printable(entry.text),
        terminal.columns,
        `  ${terminal.style.faint(padEnd(dates.clock(entry.at), CLOCK_WIDTH))}`,
      ),
    ),
  ];
};

const nextHints = (view: CaseView, full: boolean): Hint[] => {
  const pending = view.proposals.find(({ approval }) => approval?.status === 'pending')?.approval;
  const decision = view.proposals.flatMap(({ decisions }) => decisions)[0];
  const task = view.proposals.flatMap(({ tasks }) => tasks).find(({ status }) => status === 'open');
  return [
    ...(pending === undefined || pending === null
      ? []
      : [step(`approve ${pending.id}`, 'or edit, or reject')]),
    ...(task === undefined ? [] : [step(`task ${task.id}`, 'read the task')]),
    ...(full ? [] : [step(`case ${view.case.id} --full`, 'with the whole texts')]),
    step(`explain ${view.case.accountId}`, 'why the scores are what they are'),
    ...(decision === undefined
      ? []
      : [step(`replay ${decision.id}`, 'ask the policy again, on the same facts')]),
  ];
};
