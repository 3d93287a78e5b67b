import type { ApprovalRowShape } from '../../api/approval-rows.ts';
import type { Terminal } from '../../platform/terminal/terminal.ts';
import { printable } from '../../platform/terminal/text.ts';
import { hint, type Shown } from '../layout.ts';

/** What a vote led to, and what happens next. */
export const decidedText = (
  terminal: Terminal,
  answer: { readonly showing: Shown; readonly approval: ApprovalRowShape },
  serverRuns: boolean,
): string => {
  const { approval, showing } = answer;
  return [
    `${outcome(terminal, approval)}: ${printable(approval.preview.summary)}`,
    next(approval, showing, serverRuns),
    hint(terminal, `case ${approval.caseId}`, 'see it through'),
  ].join('\n');
};

const outcome = (terminal: Terminal, approval: ApprovalRowShape): string => {
  const { style } = terminal;
  if (approval.status === 'rejected') return style.bad('Rejected');
  if (approval.status === 'pending') return style.warn('Your vote is in');
  return style.good('Approved');
};

const next = (approval: ApprovalRowShape, shown: Shown, serverRuns: boolean): string => {
  if (approval.status === 'rejected')
    return 'It is not carried out; the case says who rejected it and why.';
  if (approval.status === 'pending') {
    const given = approval.votes.filter(({ vote }) => vote === 'approve').length;
    return `${String(given)} of ${String(approval.quorum)} have approved; it waits for ${approval.eligible.join(', ')}.`;
  }
  if (shown.world.kind !== 'live')
    return `This is the ${shown.world.kind} world: nothing leaves the house.`;
  return serverRuns
    ? 'It is decided once more on today’s facts, waits out the hold, and goes out.'
    : 'It is decided once more on today’s facts; after the hold, `npm start` or `retinue run` sends it.';
};
