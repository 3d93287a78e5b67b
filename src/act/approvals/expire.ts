import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { record } from '../ledger/ledger.ts';
import { lockAccount, moveProposal } from '../settle/store.ts';
import type { Approval } from './approval.ts';
import { moveApproval, selectApprovals } from './approval-store.ts';

/**
 * Ends approvals that nobody gave, or nobody used, in time, with their proposals. One account after another, in order
 * of id, so that two workers do not wait for one another. Returns those that it ended.
 */
export const expireApprovals = async (
  tx: TenantTx,
  { now, world }: { readonly now: Instant; readonly world?: string },
): Promise<Approval[]> => {
  const overdue = await selectApprovals(tx, {
    statuses: ['pending', 'approved'],
    expiredAt: now,
    ...(world === undefined ? {} : { world }),
  });
  const accounts = [...new Set(overdue.map(({ accountId }) => accountId))].sort();
  for (const accountId of accounts) await lockAccount(tx, accountId);
  const ended: Approval[] = [];
  for (const approval of overdue) if (await expire(tx, approval, now)) ended.push(approval);
  return ended;
};

const expire = async (tx: TenantTx, approval: Approval, now: Instant): Promise<boolean> => {
  const reason = `not decided before ${approval.expiresAt}`;
  const { id, status, proposalId } = approval;
  if (!(await moveApproval(tx, { id, from: status, to: 'expired', reason, now }))) return false;
  await moveProposal(
    tx,
    { id: proposalId, status: 'expired', statusReason: reason, holdUntil: null },
    now,
  );
  await record(tx, {
    world: approval.world,
    kind: 'approval',
    subjects: {
      accountId: approval.accountId,
      caseId: approval.caseId,
      proposalId,
      approvalId: id,
    },
    body: {
      what: 'expired',
      roles: approval.roles,
      quorum: approval.quorum,
      action: approval.digest,
    },
    at: now,
  });
  return true;
};
