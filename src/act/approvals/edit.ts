import { inputError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Principal } from '../../domain/person.ts';
import type { Preview } from '../../domain/proposal.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { ActTool, PreviewInput } from '../../tools/act/define.ts';
import { record } from '../ledger/ledger.ts';
import { actionDigest, storable } from '../settle/action-digest.ts';
import { proposalId } from '../settle/file.ts';
import { insertProposal, moveProposal, type StoredProposal } from '../settle/store.ts';
import type { Approval } from './approval.ts';
import { moveApproval } from './approval-store.ts';
import { openApproval } from './open.ts';
import { requirePerson } from './require-person.ts';

export interface Edit {
  readonly approvalId: string;
  readonly person: Principal;
  /** The whole arguments as they are to be. */
  readonly args: JsonObject;
  /** Why, for whoever approves it. */
  readonly note?: string;
  readonly tools: readonly ActTool[];
  /** The account as it is known now. */
  readonly previewInput: PreviewInput;
  readonly now: Instant;
}

/**
 * Changes what waits for an approval: a new revision, proposed by the person who edited it, in place of the old one,
 * whose approval is void. Somebody else has to approve it: settle the account next. Throws `edit_invalid` with what is
 * wrong, and what `vote` throws.
 */
export const editProposal = async (tx: TenantTx, edit: Edit): Promise<StoredProposal> => {
  const signedIn = requirePerson(tx, edit.person, 'edit_proposal');
  const { approval, proposal, person } = await openApproval(
    tx,
    edit.approvalId,
    signedIn.id,
    edit.now,
  );
  const { args, preview, tool } = workOut(proposal, edit);
  const revision: StoredProposal = {
    ...proposal,
    id: proposalId(proposal.world, proposal.caseId, {
      ...proposal,
      revision: proposal.revision + 1,
    }),
    revision: proposal.revision + 1,
    toolVersion: tool.version,
    args,
    preview,
    reason: edit.note?.trim() ?? proposal.reason,
    actionDigest: actionDigest(tool, args, preview),
    status: 'proposed',
    statusReason: null,
    proposedAt: edit.now,
    proposedBy: `person:${person.id}`,
    // What a person wrote comes from that person, whatever the model had read; and it is no longer declined.
    ungrounded: [],
    declined: null,
    updatedAt: edit.now,
  };
  await replace(tx, approval, proposal, revision);
  return revision;
};

const workOut = (
  proposal: StoredProposal,
  { args, tools, previewInput }: Edit,
): { readonly args: JsonObject; readonly preview: Preview; readonly tool: ActTool } => {
  const tool = tools.find(({ id }) => id === proposal.tool);
  if (tool === undefined)
    throw inputError('edit_invalid', `there is no act tool \`${proposal.tool}\` any more`);
  if (previewInput.accountId !== proposal.accountId) {
    throw inputError('edit_invalid', 'the account at hand is not that of the proposal');
  }
  const kept = storable(args);
  const parsed = tool.args.safeParse(kept);
  if (!parsed.success) {
    const wrong = parsed.error.issues
      .map(({ path, message }) => `${path.join('.')}: ${message}`)
      .join('; ');
    throw inputError('edit_invalid', `the arguments do not fit \`${tool.id}\`: ${wrong}`);
  }
  const preview = tool.preview(parsed.data, previewInput);
  if (preview.problems.length > 0) {
    throw inputError('edit_invalid', `it cannot be done so: ${preview.problems.join('; ')}`);
  }
  return { args: kept, preview, tool };
};

const replace = async (
  tx: TenantTx,
  approval: Approval,
  proposal: StoredProposal,
  revision: StoredProposal,
): Promise<void> => {
  const now = revision.proposedAt;
  const reason = `edited: see ${revision.id}`;
  await moveApproval(tx, { id: approval.id, from: 'pending', to: 'void', reason, now });
  await moveProposal(
    tx,
    { id: proposal.id, status: 'void', statusReason: reason, holdUntil: null },
    now,
  );
  if (!(await insertProposal(tx, revision))) {
    throw inputError(
      'edit_conflict',
      `\`${proposal.id}\` was edited by somebody else: look at it again`,
    );
  }
  await record(tx, {
    world: proposal.world,
    kind: 'edit',
    subjects: {
      accountId: proposal.accountId,
      caseId: proposal.caseId,
      proposalId: revision.id,
      approvalId: approval.id,
      personId: revision.proposedBy.slice('person:'.length),
    },
    body: { before: proposal.actionDigest, after: revision.actionDigest, replaces: proposal.id },
    at: now,
  });
};
