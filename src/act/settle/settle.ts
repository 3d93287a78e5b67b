import type { Decision } from '../../domain/decision.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { selectApprovals } from '../approvals/approval-store.ts';
import { applyFinding } from './apply.ts';
import { selectLatest, type StoredDecision } from './decision-store.ts';
import { deliberate } from './deliberate.ts';
import type { Deliberation, Finding, Findings } from './deliberation.ts';
import { loadDeliberation, type Settling } from './load.ts';
import { LIVE_STATUSES, selectProposals, type StoredProposal } from './store.ts';
import { keepGrounds, saysTheSame, type Writing } from './write-decision.ts';

export interface SettleRequest extends Settling {
  /** Why now, for the record: a round, a hold that ended, an approval. */
  readonly reason: string;
}

export interface PendingApproval {
  readonly approvalId: string;
  readonly proposalId: string;
  readonly caseId: string;
}

export interface SettleResult {
  /** What was newly decided; empty when nothing changed. */
  readonly decisions: readonly Decision[];
  /** What may still happen on the account. */
  readonly proposals: readonly StoredProposal[];
  readonly pendingApprovals: readonly PendingApproval[];
  /** When the first hold ends; `null` when none. */
  readonly nextLookAt: Instant | null;
  /** Actions newly in the outbox. */
  readonly enqueued: readonly string[];
}

/**
 * Settles an account: arbitrates between the proposals of all its cases, decides about each by the policy, and writes
 * what follows — decisions, approvals, holds, outbox rows — in this one transaction under the account's lock. Settling
 * again with nothing changed writes nothing. Used for a round, after an approval, and when a hold has ended.
 */
export const settle = async (tx: TenantTx, request: SettleRequest): Promise<SettleResult> => {
  const deliberation = await loadDeliberation(tx, request);
  const found = deliberate(deliberation);
  const written = await write(tx, {
    ...found,
    deliberation,
    phase: 'settle',
    cause: request.reason,
  });
  return { ...written, ...(await outlook(tx, request)) };
};

const write = async (
  tx: TenantTx,
  { findings, ...writing }: Findings & Writing,
): Promise<Pick<SettleResult, 'decisions' | 'enqueued'>> => {
  const last = await selectLatest(
    tx,
    findings.map(({ proposal }) => proposal.id),
    'settle',
  );
  const news = findings.filter((finding) => isNews(finding, last.get(finding.proposal.id)));
  const decisions: StoredDecision[] = [];
  const enqueued: string[] = [];
  if (news.length > 0) await keepGrounds(tx, writing);
  for (const finding of news) {
    const applied = await applyFinding(tx, writing, finding, last.get(finding.proposal.id));
    if (applied === null) continue;
    decisions.push(applied.decision);
    if (applied.actionId !== null) enqueued.push(applied.actionId);
  }
  return { decisions, enqueued };
};

const isNews = (finding: Finding, last: StoredDecision | undefined): boolean =>
  finding.proposal.status !== finding.status ||
  finding.approval !== 'none' ||
  finding.proposal.holdUntil !== finding.until ||
  !saysTheSame(finding, last);

const outlook = async (
  tx: TenantTx,
  { standing, world }: Pick<Deliberation, 'standing' | 'world'>,
): Promise<Omit<SettleResult, 'decisions' | 'enqueued'>> => {
  const proposals = await selectProposals(tx, {
    accountId: standing.accountId,
    world: world.id,
    statuses: LIVE_STATUSES,
  });
  const pending = await selectApprovals(tx, {
    proposalIds: proposals.map(({ id }) => id),
    status: 'pending',
  });
  return {
    proposals,
    pendingApprovals: pending.map(({ id, proposalId, caseId }) => ({
      approvalId: id,
      proposalId,
      caseId,
    })),
    nextLookAt: earliest(proposals.map(({ holdUntil }) => holdUntil)),
  };
};

const earliest = (moments: readonly (Instant | null)[]): Instant | null =>
  moments.reduce(
    (first, next) => (next !== null && (first === null || next < first) ? next : first),
    null,
  );
