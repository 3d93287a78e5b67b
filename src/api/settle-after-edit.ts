import { editProposal } from '../act/approvals/edit.ts';
import { listApprovals, loadApproval } from '../act/approvals/read.ts';
import { worldOf } from '../act/cases/world.ts';
import { listProposals } from '../act/settle/read.ts';
import { previewInputOf } from '../act/settle/standing.ts';
import { lockAccount } from '../act/settle/store.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Person } from '../domain/person.ts';
import { standingNow } from '../graph/standing-now.ts';
import { settleAccount } from '../jobs/line/settle-account.ts';
import { configFor } from '../sense/config-for.ts';
import { approvalRows, type ApprovalRowShape } from './approval-rows.ts';
import type { Services } from './define.ts';
import { approvalNotFound } from './not-found.ts';
import { chooseWorld, type Showing } from './showing.ts';

export interface Edited {
  readonly showing: Showing;
  readonly proposalId: string;
  /** The new proposal's approval; `null` where it was decided without one. */
  readonly approval: ApprovalRowShape | null;
}

/** Files the edited proposal and settles the account again, in one transaction: the old one is gone, the new one decided. */
export const settleAfterEdit = async (
  services: Services,
  person: Person,
  approvalId: string,
  change: { readonly arguments: JsonObject; readonly note?: string | undefined },
): Promise<Edited> => {
  const { parts } = services;
  const now = services.now();
  return services.db.withTenant(person.tenantId, async (tx) => {
    const approval = await loadApproval(tx, approvalId);
    if (approval === null) throw approvalNotFound(approvalId);
    const { accountId } = approval;
    const world = worldOf(approval.world);
    await lockAccount(tx, accountId);
    const config = await configFor(tx, accountId);
    const standing = await standingNow(tx, { accountId, world, now, config, parts });
    if (standing === null) throw approvalNotFound(approvalId);
    const [before] = await listProposals(tx, { ids: [approval.proposalId] });
    const proposal = await editProposal(tx, {
      approvalId,
      person,
      args: { ...before?.args, ...change.arguments },
      ...(change.note === undefined ? {} : { note: change.note }),
      tools: parts.actTools,
      previewInput: previewInputOf(standing, config, now),
      now,
    });
    await settleAccount(tx, { accountId, world, now, parts, reason: 'a person edited a proposal' });
    const next = await listApprovals(tx, { caseId: proposal.caseId });
    const own = next.filter(({ proposalId }) => proposalId === proposal.id);
    const [row = null] = await approvalRows(tx, own);
    return {
      showing: await chooseWorld(tx, world.id, now),
      proposalId: proposal.id,
      approval: row,
    };
  });
};
