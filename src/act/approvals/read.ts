import type { TenantTx } from '../../platform/db/database.ts';
import type { Approval } from './approval.ts';
import { selectApprovals, type ApprovalFilter } from './approval-store.ts';

export type { Approval };

/** Approvals with their votes, those asked for first first. */
export const listApprovals = (
  tx: TenantTx,
  filter: Pick<ApprovalFilter, 'world' | 'status' | 'caseId' | 'proposalIds'> = {},
): Promise<Approval[]> => selectApprovals(tx, filter);

/** One approval with its votes, or `null`. */
export const loadApproval = async (tx: TenantTx, approvalId: string): Promise<Approval | null> =>
  (await selectApprovals(tx, { ids: [approvalId] }))[0] ?? null;
