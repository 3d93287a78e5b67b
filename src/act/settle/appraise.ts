import type { PolicyReason } from '../../domain/decision.ts';
import type { ProposalStatus } from '../../domain/proposal.ts';
import type { ApprovalGiven } from '../../policies/define.ts';
import type { Approval } from '../approvals/approval.ts';
import { givenBy, movedFacts } from '../approvals/bound.ts';
import { discountsBeside, standpointOf, wholeWeek } from './contenders.ts';
import type { ApprovalStep, Deliberation } from './deliberation.ts';
import { inspect } from './inspect.ts';
import { askPolicy, wouldHave, type Asked } from './question.ts';
import type { StoredProposal } from './store.ts';

/** A proposal that goes no further, whatever else is on the account. */
export interface Refused {
  readonly kind: 'refused';
  readonly proposal: StoredProposal;
  readonly status: ProposalStatus;
  readonly approval: ApprovalStep;
  readonly reasons: readonly PolicyReason[];
  readonly asked: Asked | null;
}

/** A proposal that may go on if the arbiter lets it. */
export interface Viable {
  readonly kind: 'viable';
  readonly proposal: StoredProposal;
  readonly asked: Asked;
  /** The approval that it has or waits for. */
  readonly approval: Approval | null;
  readonly given: ApprovalGiven;
}

export type Appraisal = Refused | Viable;

const NOBODY: ApprovalGiven = { count: 0, roles: [] };

/**
 * Looks at one proposal by itself: is its case open, is it what it says, does its approval still stand, does the policy
 * let it pass. Contacts are not counted yet: a full week is a reason to wait, which is for the arbiter.
 */
export const appraise = (deliberation: Deliberation, proposal: StoredProposal): Appraisal => {
  const approval = deliberation.approvals.get(proposal.id) ?? null;
  return (
    closed(deliberation, proposal, approval) ??
    (approval === null ? null : lapsed(deliberation, proposal, approval)) ??
    unfit(deliberation, proposal, approval) ??
    byPolicy(deliberation, proposal, approval)
  );
};

const refused = (
  proposal: StoredProposal,
  approval: Approval | null,
  why: {
    readonly status: ProposalStatus;
    readonly reasons: readonly PolicyReason[];
    readonly asked?: Asked;
  },
): Refused => ({
  kind: 'refused',
  proposal,
  status: why.status,
  approval: approval === null ? 'none' : 'void',
  reasons: why.reasons,
  asked: why.asked ?? null,
});

const closed = (
  { openCases }: Deliberation,
  proposal: StoredProposal,
  approval: Approval | null,
): Refused | null =>
  openCases.has(proposal.caseId)
    ? null
    : refused(proposal, approval, {
        status: 'void',
        reasons: [{ rule: 'case.closed', text: 'its case is no longer open' }],
      });

/** An approval binds to what was seen: once that has moved, or too much time has passed, it is none. */
const lapsed = (
  { standing, now }: Deliberation,
  proposal: StoredProposal,
  approval: Approval,
): Refused | null => {
  if (approval.status !== 'consumed' && approval.expiresAt <= now) {
    const reasons = [
      { rule: 'approval.expired', text: `nobody used it before ${approval.expiresAt}` },
    ];
    return { ...refused(proposal, approval, { status: 'expired', reasons }), approval: 'expire' };
  }
  const moved = [
    ...movedFacts(approval.bound, standing.facts),
    ...(approval.digest === proposal.actionDigest ? [] : ['what was approved is another action']),
  ];
  return moved.length === 0
    ? null
    : refused(proposal, approval, {
        status: 'void',
        reasons: moved.map((text) => ({ rule: 'approval.stale', text })),
      });
};

const unfit = (
  { parts, standing, config, now }: Deliberation,
  proposal: StoredProposal,
  approval: Approval | null,
): Refused | null => {
  const problems = inspect(proposal, {
    tool: parts.actTools.find(({ id }) => id === proposal.tool),
    playbook: parts.playbooks.find(({ id }) => id === proposal.playbook),
    standing,
    config,
    now,
  });
  if (problems.length === 0) return null;
  const rule = approval === null ? 'proposal.invalid' : 'approval.stale';
  return refused(proposal, approval, {
    status: approval === null ? 'forbidden' : 'void',
    reasons: problems.map((text) => ({ rule, text })),
  });
};

const byPolicy = (
  deliberation: Deliberation,
  proposal: StoredProposal,
  approval: Approval | null,
): Appraisal => {
  const waiting = standpointOf(proposal) === 'pending';
  const given =
    approval === null || waiting ? NOBODY : givenBy(approval.votes, deliberation.people);
  const beside = {
    contactsLeft: wholeWeek(deliberation.config),
    recentDiscountBasisPoints: discountsBeside(deliberation, proposal),
  };
  const asked = askPolicy(deliberation, proposal, beside, given);
  if (asked.outcome.verdict !== 'forbid')
    return { kind: 'viable', proposal, asked, approval, given };
  const would = wouldHave(deliberation, proposal, asked);
  return refused(proposal, approval, {
    status: canBeLifted(deliberation, asked) ? 'void' : 'forbidden',
    reasons: [...asked.outcome.reasons, ...(would === null ? [] : [would])],
    asked,
  });
};

/** Where only liftable rules are left, more would have to approve than did: another round may ask them. */
const canBeLifted = ({ policies }: Deliberation, { outcome, request }: Asked): boolean => {
  const approval = request.context['approval'];
  const asked = typeof approval === 'object' && 'count' in approval && approval['count'] !== 0;
  return (
    asked &&
    outcome.reasons.every(({ rule }) => (policies.rules.get(rule)?.approvers ?? null) !== null)
  );
};
