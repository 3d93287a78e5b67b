import { z } from 'zod';
import { editRoute } from '../api/approvals.ts';
import { inputError } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import { defineCommand } from './define.ts';
import { hint } from './layout.ts';
import { approvalLines } from './pages/approval-lines.ts';

export default defineCommand({
  id: 'edit',
  group: 'Decide',
  summary: 'Propose it with other arguments; somebody else decides on the new proposal',
  arguments: [{ name: 'id', description: 'as `retinue approvals` lists it' }],
  options: [
    {
      flags: '--set <name=value...>',
      description: 'an argument to change, such as seats=5; may be repeated',
    },
    { flags: '--note <text>', description: 'kept with the new proposal' },
  ],
  examples: ['edit appr-7f3k2m9qh4tz --set seats=5'],
  beside: 'api',
  decides: true,
  input: z.object({
    id: z.string().min(1),
    set: z
      .array(z.string(), { error: 'say what to change: --set name=value' })
      .min(1, 'say what to change: --set name=value'),
    note: z.string().optional(),
  }),
  run: async (context, { id, set, note }) => {
    const client = await context.client();
    const body = { arguments: Object.fromEntries(set.map(assignment)), note };
    const answer = await client.call(editRoute, { params: { id }, body });
    const { approval } = answer;
    return {
      json: answer,
      human: (terminal) =>
        approval === null
          ? `Proposal ${answer.proposalId} takes its place, and needs no approval.`
          : [
              'The new proposal takes its place and waits for somebody else:',
              '',
              ...approvalLines(terminal, answer.showing, approval),
              '',
              hint(terminal, `case ${approval.caseId}`, 'the whole story'),
            ].join('\n'),
    };
  },
});

/** `seats=5` → `['seats', 5]`: the value as JSON where it is, as text where it is not. */
const assignment = (text: string): readonly [string, Json] => {
  const at = text.indexOf('=');
  if (at < 1)
    throw inputError('invalid_input', `\`${text}\` is not an assignment; write --set name=value`);
  const [name, value] = [text.slice(0, at), text.slice(at + 1)];
  try {
    return [name, JSON.parse(value) as Json];
  } catch {
    return [name, value];
  }
};
