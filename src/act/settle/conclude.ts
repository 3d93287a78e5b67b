import type { ProposalStatus } from '../../domain/proposal.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { moveApproval, selectApprovals } from '../approvals/approval-store.ts';
import { reportTrouble } from '../autonomy/autonomy.ts';
import type { TroubleKind } from '../autonomy/ladder.ts';
import type { OutboxStatus } from '../outbox/row.ts';
import { recallForProposal } from '../outbox/recall.ts';
import { LIVE_STATUSES, moveProposal, selectProposals } from './store.ts';

type Outcome = Extract<
  OutboxStatus,
  'done' | 'refused' | 'unknown' | 'recalled' | 'blocked' | 'failed'
>;

/** What may have happened keeps its place until a person has found out. */
const STATUS_AFTER: Readonly<Record<Outcome, ProposalStatus>> = {
  done: 'done',
  unknown: 'permitted',
  blocked: 'forbidden',
  refused: 'void',
  failed: 'void',
  recalled: 'void',
};

const TROUBLES: Readonly<Partial<Record<Outcome, TroubleKind>>> = {
  blocked: 'policy_refusal',
  refused: 'effect_refused',
  unknown: 'effect_unknown',
};

/**
 * Follows an outbox row to its end: the proposal's status, and what it says about the autonomy of its playbook and
 * action. In the transaction of the row. A proposal that has ended before stays as it ended.
 */
export const concludeProposal = async (
  tx: TenantTx,
  input: {
    readonly proposalId: string;
    readonly outcome: Outcome;
    readonly reason: string | null;
    readonly now: Instant;
  },
): Promise<void> => {
  const [proposal] = await selectProposals(tx, { ids: [input.proposalId] });
  if (proposal?.status !== 'permitted') return;
  const { outcome, reason, now } = input;
  const status = STATUS_AFTER[outcome];
  await moveProposal(tx, { id: proposal.id, status, statusReason: reason, holdUntil: null }, now);
  const kind = TROUBLES[outcome];
  if (kind === undefined || proposal.world !== 'live') return;
  const { playbook, tool: action } = proposal;
  await reportTrouble(tx, { playbook, action, kind, subject: proposal.id, now });
};

/**
 * A case closed or its round was voided: whatever of it still waits is void, with its approvals, and what is in the
 * outbox and not yet being sent is recalled. Its account's row must be locked. Returns the proposals that ended.
 */
export const voidProposals = async (
  tx: TenantTx,
  input: {
    readonly caseId: string;
    readonly round?: number;
    readonly reason: string;
    readonly now: Instant;
  },
): Promise<string[]> => {
  const { caseId, round, reason, now } = input;
  const waiting = await selectProposals(tx, {
    caseId,
    statuses: LIVE_STATUSES,
    ...(round === undefined ? {} : { round }),
  });
  const ended: string[] = [];
  for (const { id, status } of waiting) {
    const recalled = await recallForProposal(tx, { proposalId: id, by: 'case', reason, now });
    if (status === 'permitted' && recalled.length === 0) continue;
    await voidApprovals(tx, id, reason, now);
    await moveProposal(tx, { id, status: 'void', statusReason: reason, holdUntil: null }, now);
    ended.push(id);
  }
  return ended;
};

const voidApprovals = async (
  tx: TenantTx,
  proposalId: string,
  reason: string,
  now: Instant,
): Promise<void> => {
  const open = await selectApprovals(tx, {
    proposalIds: [proposalId],
    statuses: ['pending', 'approved'],
  });
  for (const { id, status } of open) {
    await moveApproval(tx, { id, from: status, to: 'void', reason, now });
  }
};
