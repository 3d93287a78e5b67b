import type { ApprovalRowShape } from '../../api/approval-rows.ts';
import { moneyText, percentText } from '../../platform/terminal/format.ts';
import type { Terminal } from '../../platform/terminal/terminal.ts';
import { printable, wrap } from '../../platform/terminal/text.ts';
import { field, when, type Shown } from '../layout.ts';

/** One request to approve, with everything that a person should weigh. */
export const approvalLines = (
  terminal: Terminal,
  shown: Shown,
  approval: ApprovalRowShape,
): string[] => {
  const { style } = terminal;
  const dates = when(shown);
  const given = approval.votes.filter(({ vote }) => vote === 'approve').length;
  const state =
    approval.status === 'pending'
      ? `${String(given)} of ${String(approval.quorum)} so far, expires ${dates.at(approval.expiresAt)}`
      : `${approval.status}${approval.statusReason === null ? '' : `: ${approval.statusReason}`}`;
  return [
    ...wrap(
      style.strong(printable(approval.preview.summary)),
      terminal.columns,
      `${style.link(approval.id)}  `,
      '  ',
    ),
    ...field(terminal, 'account', printable(`${approval.accountName} · ${approval.playbook}`)),
    ...field(terminal, 'why', printable(approval.reason)),
    ...field(
      terminal,
      'asks you',
      approval.rules.map(({ rule, text }) => `${printable(text)} [${rule}]`).join('; '),
    ),
    ...stakes(terminal, approval),
    ...field(
      terminal,
      'may approve',
      `${approval.roles.join(' or ')}: ${approval.eligible.join(', ') || 'nobody'}`,
    ),
    ...field(terminal, 'state', state),
    ...approval.votes.flatMap((each) =>
      field(
        terminal,
        '',
        printable(
          `${each.name}: ${each.vote} ${dates.at(each.at)}${each.note === null ? '' : ` — ${each.note}`}`,
        ),
      ),
    ),
  ];
};

const stakes = (terminal: Terminal, { preview, ...approval }: ApprovalRowShape): string[] => {
  const parts = [
    ...(preview.recipient === null
      ? []
      : [`to ${preview.recipient.name} <${preview.recipient.email}>`]),
    ...(preview.money === null ? [] : [`${moneyText(preview.money)} a month`]),
    ...(preview.discountBasisPoints === 0
      ? []
      : [`discount ${percentText(preview.discountBasisPoints)}`]),
    `arguments ${Object.entries(approval.arguments)
      .map(
        ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
      )
      .join(' ')}`,
  ];
  return field(terminal, 'what', printable(parts.join(' · ')));
};
