import type { CaseView } from '../../api/case-view.ts';
import type { ApprovalShape } from '../../api/approval-rows.ts';
import { moneyText, percentText } from '../../platform/terminal/format.ts';
import type { Style, Tone } from '../../platform/terminal/style.ts';
import type { Terminal } from '../../platform/terminal/terminal.ts';
import { padEnd, printable, wrap } from '../../platform/terminal/text.ts';
import { when } from '../layout.ts';
import { quoted, taskLine } from './task-lines.ts';

type Story = CaseView['proposals'][number];

const INDENT = '     ';
const LABEL_WIDTH = 10;

/** How each status reads to a person, and in which tone. */
const STANDINGS: Readonly<Record<string, readonly [string, Tone]>> = {
  proposed: ['proposed', 'faint'],
  held: ['held back for now', 'warn'],
  pending_approval: ['waits for a person', 'warn'],
  approved: ['approved', 'good'],
  permitted: ['permitted', 'good'],
  forbidden: ['refused', 'bad'],
  superseded: ['gave way to another', 'faint'],
  rejected: ['rejected by a person', 'bad'],
  expired: ['expired unanswered', 'faint'],
  void: ['void', 'faint'],
  done: ['done', 'good'],
};

/** One proposal: what, why, what was decided under which rule, who may lift it, what became of it. */
export const proposalLines = (
  terminal: Terminal,
  view: CaseView,
  proposal: Story,
  options: { readonly number: number; readonly full: boolean },
): string[] => {
  const { style } = terminal;
  const [standing, tone] = STANDINGS[proposal.status] ?? [proposal.status, 'faint'];
  const edited = proposal.revision > 0 ? ` (edited, revision ${String(proposal.revision)})` : '';
  return [
    ...wrap(
      `${style.strong(printable(proposal.preview.summary))}${edited} — ${style[tone](standing)}`,
      terminal.columns,
      `  ${style.faint(padEnd(`${String(options.number)}.`, 3))}`,
    ),
    ...labelled(terminal, 'why', proposal.reason),
    ...details(terminal, proposal),
    ...decisions(terminal, view, proposal),
    ...approval(terminal, view, proposal.approval),
    ...effect(terminal, view, proposal),
    ...proposal.tasks.flatMap((task) =>
      labelledLines(terminal, 'task', taskLine(narrower(terminal), view.showing, task, '')),
    ),
    ...(options.full ? texts(terminal, proposal) : []),
  ];
};

const label = (style: Style, name: string): string =>
  INDENT + style.faint(padEnd(name, LABEL_WIDTH));

const labelled = (terminal: Terminal, name: string, text: string): string[] =>
  wrap(printable(text), terminal.columns, label(terminal.style, name));

/** What is left of the terminal beside a label. */
const narrower = (terminal: Terminal): Terminal => ({
  ...terminal,
  columns: terminal.columns - INDENT.length - LABEL_WIDTH,
});

const labelledLines = (terminal: Terminal, name: string, lines: readonly string[]): string[] =>
  lines.map(
    (line, index) => (index === 0 ? label(terminal.style, name) : label(terminal.style, '')) + line,
  );

const details = (terminal: Terminal, { tool, agent, proposedBy, preview }: Story): string[] => {
  const parts = [
    `${tool} by ${agent} (${proposedBy})`,
    ...(preview.recipient === null
      ? []
      : [`${preview.category} e-mail to ${preview.recipient.name} <${preview.recipient.email}>`]),
    ...(preview.money === null ? [] : [`${moneyText(preview.money)} a month`]),
    ...(preview.discountBasisPoints === 0
      ? []
      : [`discount ${percentText(preview.discountBasisPoints)}`]),
  ];
  return [
    ...labelled(terminal, 'what', parts.join(' · ')),
    ...preview.problems.flatMap((problem) =>
      labelled(terminal, 'problem', problem).map(terminal.style.bad),
    ),
  ];
};

const VERDICT_TONES: Readonly<Record<string, Tone>> = {
  permit: 'good',
  escalate: 'warn',
  forbid: 'bad',
  hold: 'warn',
  draft: 'faint',
};

/** The latest verdict with its rules; earlier ones in a word, since the timeline has them. */
const decisions = (terminal: Terminal, view: CaseView, { decisions: all }: Story): string[] => {
  const [latest] = all;
  if (latest === undefined) return labelled(terminal, 'verdict', 'not decided yet');
  const dates = when(view.showing);
  const tone = VERDICT_TONES[latest.verdict] ?? 'faint';
  const until = latest.until === null ? '' : `, looked at again ${dates.at(latest.until)}`;
  const phase = latest.phase === 'execute' ? ' just before acting' : '';
  return [
    `${label(terminal.style, 'verdict')}${terminal.style[tone](latest.verdict.toUpperCase())}${phase} ${dates.at(latest.at)}${until}  ${terminal.style.faint(latest.id)}`,
    ...latest.reasons.flatMap((reason) =>
      wrap(
        `${printable(reason.text)} ${terminal.style.faint(`[${reason.rule}]`)}`,
        terminal.columns,
        `${label(terminal.style, '')}• `,
        `${label(terminal.style, '')}  `,
      ),
    ),
  ];
};

const approval = (terminal: Terminal, view: CaseView, found: ApprovalShape | null): string[] => {
  if (found === null) return [];
  const dates = when(view.showing);
  const given = found.votes.filter((each) => each.vote === 'approve').length;
  const state =
    found.status === 'pending'
      ? `${String(given)} of ${String(found.quorum)}, expires ${dates.at(found.expiresAt)}`
      : `${found.status}${found.statusReason === null ? '' : `: ${found.statusReason}`}`;
  const who = found.eligible.length === 0 ? 'nobody' : found.eligible.join(', ');
  return [
    ...labelled(terminal, 'approval', `${found.id}  ${state}`),
    ...(found.status === 'pending'
      ? labelled(terminal, '', `may approve (${found.roles.join(' or ')}): ${who}`)
      : []),
    ...found.votes.flatMap((each) =>
      labelled(
        terminal,
        '',
        `${each.name} ${each.vote === 'approve' ? 'approved' : 'rejected'} ${dates.at(each.at)}${each.note === null ? '' : `: “${each.note}”`}`,
      ),
    ),
  ];
};

const effect = (terminal: Terminal, view: CaseView, { effect: found }: Story): string[] => {
  if (found === null) return [];
  const dates = when(view.showing);
  const due = ['held', 'ready'].includes(found.status)
    ? `, goes out ${dates.at(found.notBefore)}`
    : '';
  const finished = found.finishedAt === null ? '' : ` ${dates.at(found.finishedAt)}`;
  const reason = found.status === 'done' ? undefined : found.reasons.at(-1);
  return [
    ...labelled(
      terminal,
      'action',
      `${found.actionId}  ${found.port}: ${found.status}${finished}${due}${reason === undefined ? '' : ` — ${reason.text} [${reason.rule}]`}`,
    ),
    ...(found.receipt === null
      ? []
      : labelled(
          terminal,
          'receipt',
          Object.entries(found.receipt)
            .map(([name, value]) => `${name} ${value}`)
            .join(' · '),
        )),
  ];
};

const texts = (terminal: Terminal, { preview }: Story): string[] => {
  const { message, task } = preview;
  return [
    ...(message === null
      ? []
      : [
          ...labelled(
            terminal,
            'message',
            `“${message.subject}” (${message.templateId} ${message.templateVersion})`,
          ),
          ...quoted(terminal, message.text, INDENT),
        ]),
    ...(task === null || task.draft === ''
      ? []
      : [...labelled(terminal, 'draft', task.title), ...quoted(terminal, task.draft, INDENT)]),
  ];
};
