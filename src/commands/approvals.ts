import { z } from 'zod';
import type { ApprovalRowShape } from '../api/approval-rows.ts';
import { listApprovalsRoute } from '../api/approvals.ts';
import { counted } from '../platform/terminal/format.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import { defineCommand } from './define.ts';
import { headline, hints, step, type Shown } from './layout.ts';
import { approvalLines } from './pages/approval-lines.ts';

export default defineCommand({
  id: 'approvals',
  group: 'Look',
  summary: 'What waits for a person, the first to expire first',
  arguments: [],
  options: [
    {
      flags: '--status <status>',
      description: 'which ones (default: pending)',
      choices: ['pending', 'approved', 'rejected', 'expired', 'void', 'consumed', 'all'],
    },
  ],
  examples: step('approvals', 'approvals --status all --json'),
  beside: 'api',
  decides: false,
  input: z.object({ status: z.string().optional() }),
  run: async (context, input) => {
    const client = await context.client();
    const query = { ...input, world: context.settings.world ?? undefined };
    const answer = await client.call(listApprovalsRoute, { query });
    return {
      json: answer,
      human: (terminal) => showApprovals(terminal, answer.showing, answer.items),
    };
  },
});

const showApprovals = (
  terminal: Terminal,
  shown: Shown,
  approvals: readonly ApprovalRowShape[],
): string => {
  const [first] = approvals;
  const head = `${headline(terminal, shown)} · ${counted(approvals.length, 'approval')}`;
  if (first === undefined) return `${head}\n\nNothing waits for you.`;
  return [
    head,
    ...approvals.flatMap((approval) => ['', ...approvalLines(terminal, shown, approval)]),
    '',
    ...hints(terminal, [
      step(`approve ${first.id}`, 'exactly what is shown, nothing else'),
      step(`edit ${first.id} --set …=…`, 'propose it with other arguments'),
      step(`reject ${first.id} --note "…"`, 'say no, and why'),
      step(`case ${first.caseId}`, 'the whole story'),
    ]),
  ].join('\n');
};
