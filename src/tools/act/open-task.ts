import { z } from 'zod';
import type { Owner } from '../../domain/tenant.ts';
import type { TaskDraft } from '../../domain/proposal.ts';
import { citeFacts } from './cite.ts';
import { defineActTool, type PreviewInput } from './define.ts';
import { OWNER_ROLES, TASK_KIND_IDS, TASK_KINDS } from './task-kinds.ts';

const args = z.strictObject({
  kind: z.enum(TASK_KIND_IDS),
  /** Whose work it is; left out, the role that the kind names. The account's own owner is preferred where the role fits. */
  assigneeRole: z.enum(OWNER_ROLES).optional(),
  /** An owner id from the tenant's files, for when it has to be this person. */
  ownerId: z.string().min(1).max(200).optional(),
  dueBusinessDays: z.int().min(0).max(30),
  /** Facts that the person is shown, by id, with the values that they have. */
  cites: z.array(z.string().max(100)).max(20),
  /** Lines in words, such as why a plan was shortened. They stay in the house. */
  remarks: z.array(z.string().max(300)).max(12).default([]),
});

/** A tenant that names no owners still has its tasks: in nobody's hands, and listed so. */
const UNASSIGNED = 'unassigned';

type Args = z.infer<typeof args>;

export default defineActTool<Args>({
  id: 'open_task',
  version: '1',
  title: 'Open a task',
  description:
    'Gives a person in the house work to do, with a due date in business days, the facts behind it and a prepared draft.',
  args,
  port: 'tasks',
  maxFactAgeHours: 24 * 90,
  reads: [],
  compensation: 'the task is closed',
  preview: (given, input) => {
    const assignee = findAssignee(given, input);
    const cited = citeFacts(given.cites, input.facts);
    return {
      summary: `task for ${assignee?.name ?? 'nobody yet'}: ${titleOf(given, input)}`,
      port: 'tasks',
      outward: false,
      category: 'internal',
      recipient: null,
      money: null,
      discountBasisPoints: 0,
      message: null,
      task: draftTask(given, assignee?.id ?? UNASSIGNED, cited.lines, input),
      quoteHash: null,
      bound: cited.bound,
      problems:
        assignee === null && given.ownerId !== undefined
          ? [`no assignee: \`${given.ownerId}\` is not an owner in the tenant's files`]
          : [],
    };
  },
});

const draftTask = (
  given: Args,
  assignee: string,
  cited: readonly string[],
  input: PreviewInput,
): TaskDraft => {
  const kind = TASK_KINDS[given.kind];
  const lines = [...cited, ...given.remarks].map((line) => `- ${line}`);
  return {
    kind: given.kind,
    title: titleOf(given, input),
    assignee,
    dueBusinessDays: given.dueBusinessDays,
    reason: [...cited, ...given.remarks].join('; '),
    draft: [named(kind.opening, input), ...lines, '', kind.closing].join('\n'),
  };
};

const titleOf = (given: Args, input: PreviewInput): string =>
  named(TASK_KINDS[given.kind].title, input);

const named = (text: string, input: PreviewInput): string =>
  text.replaceAll('{account}', () => input.accountName);

/**
 * A named person; else the account's owner where the role is theirs; else the first in the files with that role; else
 * the account's owner, or anyone there is.
 */
const findAssignee = (given: Args, input: PreviewInput): Owner | null => {
  const { owners } = input.config;
  if (given.ownerId !== undefined)
    return owners.find((owner) => owner.id === given.ownerId) ?? null;
  const role = roleOf(given);
  const own = owners.find((owner) => owner.id === input.facts['owner']?.value);
  if (own !== undefined && looksAfter(own.role, role)) return own;
  return owners.find((owner) => owner.role === role) ?? own ?? owners[0] ?? null;
};

/** A customer success manager who owns the account does the account manager's work for it, and the other way round. */
const looksAfter = (own: Owner['role'], wanted: Owner['role']): boolean =>
  own === wanted || [own, wanted].every((role) => role === 'csm' || role === 'account_manager');

const roleOf = (given: Args): Owner['role'] => given.assigneeRole ?? TASK_KINDS[given.kind].role;
