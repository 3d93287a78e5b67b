import { bug } from '../../domain/errors.ts';
import { deriveId } from '../../domain/identifiers.ts';
import type { ProposalStatus } from '../../domain/proposal.ts';
import { addHours, addMilliseconds, type Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { Approval } from '../approvals/approval.ts';
import { insertApproval, moveApproval } from '../approvals/approval-store.ts';
import { bindFacts } from '../approvals/bound.ts';
import { record } from '../ledger/ledger.ts';
import { draftEffectOf, effectOf, senderOf } from '../outbox/effect.ts';
import { enqueue } from '../outbox/enqueue.ts';
import { unsubscribeFor } from '../outbox/unsubscribe.ts';
import { recallForProposal } from '../outbox/recall.ts';
import type { StoredDecision } from './decision-store.ts';
import type { Deliberation, Finding } from './deliberation.ts';
import { moveProposal } from './store.ts';
import { writeDecision, type Writing } from './write-decision.ts';

export interface Applied {
  readonly decision: StoredDecision;
  /** The outbox row that came of it. */
  readonly actionId: string | null;
}

/**
 * Writes one finding with all that follows from it. `null` when it came too late: what is being sent cannot be pulled
 * back, and is left as it is.
 */
export const applyFinding = async (
  tx: TenantTx,
  writing: Writing,
  finding: Finding,
  last: StoredDecision | undefined,
): Promise<Applied | null> => {
  const { deliberation } = writing;
  if (finding.proposal.status === 'permitted' && !(await recallable(tx, finding, deliberation.now)))
    return null;
  const decision = await writeDecision(tx, writing, finding, last);
  const approval = await stepApproval(tx, deliberation, finding, decision);
  await move(tx, deliberation, finding, finding.status, summaryOf(finding));
  const acts = finding.verdict === 'permit' || finding.verdict === 'draft';
  return {
    decision,
    actionId: acts ? await act(tx, deliberation, finding, decision, approval) : null,
  };
};

const summaryOf = ({ reasons, verdict }: Finding): string | null =>
  verdict === 'permit' || verdict === 'draft' ? null : reasons.map(({ text }) => text).join('; ');

const move = (
  tx: TenantTx,
  { now }: Deliberation,
  { proposal, until, verdict }: Finding,
  status: ProposalStatus,
  statusReason: string | null,
): Promise<void> =>
  moveProposal(
    tx,
    { id: proposal.id, status, statusReason, holdUntil: until, drafted: verdict === 'draft' },
    now,
  );

const recallable = async (
  tx: TenantTx,
  { proposal, reasons }: Finding,
  now: Instant,
): Promise<boolean> => {
  const reason = reasons.map(({ text }) => text).join('; ');
  const recalled = await recallForProposal(tx, {
    proposalId: proposal.id,
    by: 'settle',
    reason,
    now,
  });
  return recalled.length > 0;
};

/** Moves the proposal's approval on. Returns its id when it was consumed. */
const stepApproval = async (
  tx: TenantTx,
  deliberation: Deliberation,
  finding: Finding,
  decision: StoredDecision,
): Promise<string | null> => {
  const open = deliberation.approvals.get(finding.proposal.id);
  switch (finding.approval) {
    case 'none':
      return null;
    case 'open':
      if (open !== undefined)
        await leave(tx, deliberation, open, 'void', 'more people have to approve by now');
      await ask(tx, deliberation, finding, decision);
      return null;
    case 'void':
    case 'expire':
      if (open !== undefined) {
        await leave(
          tx,
          deliberation,
          open,
          finding.approval === 'void' ? 'void' : 'expired',
          summaryOf(finding),
        );
      }
      return null;
    case 'consume':
      return consume(tx, deliberation, open);
  }
};

const ask = async (
  tx: TenantTx,
  { parts, standing, config, now }: Deliberation,
  { proposal, approvers, quorum, reasons }: Finding,
  decision: StoredDecision,
): Promise<void> => {
  const playbook = parts.playbooks.find(({ id }) => id === proposal.playbook);
  const approval: Omit<Approval, 'votes'> = {
    id: deriveId('apr', decision.id),
    proposalId: proposal.id,
    decisionId: decision.id,
    caseId: proposal.caseId,
    accountId: proposal.accountId,
    world: proposal.world,
    status: 'pending',
    statusReason: null,
    roles: approvers,
    quorum,
    rules: reasons.map(({ rule }) => rule),
    digest: proposal.actionDigest,
    bound: bindFacts(playbook?.reliesOn ?? {}, standing.facts),
    requestedAt: now,
    expiresAt: addHours(now, config.approvals.expireHours),
    decidedAt: null,
  };
  await insertApproval(tx, approval);
  await noteApproval(tx, approval, 'asked', now);
};

const leave = async (
  tx: TenantTx,
  { now }: Deliberation,
  approval: Approval,
  to: 'void' | 'expired',
  reason: string | null,
): Promise<void> => {
  await moveApproval(tx, { id: approval.id, from: approval.status, to, reason, now });
  await noteApproval(tx, approval, to, now);
};

/** In the transaction of the outbox row, which the database refuses otherwise. */
const consume = async (
  tx: TenantTx,
  { now }: Deliberation,
  approval: Approval | undefined,
): Promise<string> => {
  const used =
    approval !== undefined &&
    (await moveApproval(tx, {
      id: approval.id,
      from: 'approved',
      to: 'consumed',
      reason: null,
      now,
    }));
  if (!used)
    throw bug(
      'approval_not_consumed',
      'an approval was gone when it was to be used, under the account’s lock',
    );
  await noteApproval(tx, approval, 'consumed', now);
  return approval.id;
};

const noteApproval = (
  tx: TenantTx,
  approval: Omit<Approval, 'votes'>,
  what: 'asked' | 'void' | 'expired' | 'consumed',
  at: Instant,
): Promise<unknown> =>
  record(tx, {
    world: approval.world,
    kind: 'approval',
    subjects: {
      accountId: approval.accountId,
      caseId: approval.caseId,
      proposalId: approval.proposalId,
      approvalId: approval.id,
    },
    body: { what, roles: approval.roles, quorum: approval.quorum, action: approval.digest },
    at,
  });

/** Puts what may be done into the outbox. Returns the action, or `null` when the same was done already. */
const act = async (
  tx: TenantTx,
  deliberation: Deliberation,
  finding: Finding,
  decision: StoredDecision,
  approvalId: string | null,
): Promise<string | null> => {
  const { proposal, verdict } = finding;
  const { standing, world, config, now } = deliberation;
  const isDraft = verdict === 'draft';
  const queued = await enqueue(tx, {
    proposal,
    decisionId: decision.id,
    approvalId,
    world,
    notBefore: isDraft ? now : notBefore(deliberation, finding),
    effect: isDraft
      ? draftEffectOf(proposal, {
          tenantId: tx.tenantId,
          assignee: standing.ownerId ?? 'unassigned',
        })
      : effectOf(proposal, {
          tenantId: tx.tenantId,
          sender: senderOf(config, standing.ownerId),
          ...(await unsubscribeFor(tx, proposal.preview, config)),
        }),
    port: isDraft ? 'tasks' : proposal.preview.port,
    ownerId: standing.ownerId,
    now,
  });
  if (queued.duplicateOf === null) return queued.actionId;
  await move(
    tx,
    deliberation,
    finding,
    'superseded',
    `the same was done already (${queued.duplicateOf})`,
  );
  return null;
};

/** On the highest rung alone does what the customer sees go out at once; anything else can be pulled back a while. */
const notBefore = ({ rung, config, now }: Deliberation, { proposal }: Finding): Instant => {
  const { playbook, tool, preview } = proposal;
  const atOnce = !preview.outward || rung({ playbook, action: tool }) === 'auto';
  return atOnce ? now : addMilliseconds(now, config.outbox.holdSeconds * 1000);
};
