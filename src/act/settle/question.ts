import type { PolicyReason } from '../../domain/decision.ts';
import type { Person } from '../../domain/person.ts';
import type { ApprovalGiven, PolicyQuestion, PolicyRequest } from '../../policies/define.ts';
import { decide, type PolicyOutcome } from '../../policies/decide.ts';
import { policyRequest, policyWords } from '../../policies/request.ts';
import { isSuppressed } from '../outbox/suppression.ts';
import type { Deliberation } from './deliberation.ts';
import type { StoredProposal } from './store.ts';

/** What stands beside a proposal on its account when its turn comes, itself not counted. */
export interface Beside {
  readonly contactsLeft: number;
  readonly recentDiscountBasisPoints: number;
}

/** What Cedar was asked and what it made of it. */
export interface Asked {
  readonly request: PolicyRequest;
  readonly outcome: PolicyOutcome;
  readonly beside: Beside;
}

const NOBODY: ApprovalGiven = { count: 0, roles: [] };

/** Asks the policy about one proposal, with or without the approval that it has. */
export const askPolicy = (
  deliberation: Deliberation,
  proposal: StoredProposal,
  beside: Beside,
  approval: ApprovalGiven = NOBODY,
): Asked => {
  const { inputs } = deliberation.parts.policies;
  const question = questionOf(deliberation, proposal, beside, approval);
  const request = policyRequest(inputs, question);
  const outcome = decide(deliberation.policies, request, {
    eligible: eligibleFor(deliberation, proposal),
    words: () => policyWords(inputs, question),
  });
  return { request, outcome, beside };
};

/** What would have become of it above `observe`: what an admin needs to know before moving up. */
export const wouldHave = (
  deliberation: Deliberation,
  proposal: StoredProposal,
  { request }: Asked,
): PolicyReason | null => {
  if (request.context['rung'] !== 'observe') return null;
  const higher = { ...request, context: { ...request.context, rung: 'auto' } };
  const { verdict } = decide(deliberation.policies, higher, {
    eligible: eligibleFor(deliberation, proposal),
  });
  return {
    rule: 'autonomy.would-have',
    text: `above observe the policy would ${verdict} it`,
  };
};

/** Whoever proposed it, by asking for it or by editing it, is not asked to approve it. */
const eligibleFor = ({ people }: Deliberation, { proposedBy }: StoredProposal): readonly Person[] =>
  people.filter(({ id }) => proposedBy !== `person:${id}`);

const questionOf = (
  { standing, config, parts, guards, rung, suppressed, now }: Deliberation,
  proposal: StoredProposal,
  { contactsLeft, recentDiscountBasisPoints }: Beside,
  approval: ApprovalGiven,
): PolicyQuestion => {
  const { recipient } = proposal.preview;
  const contact = standing.contacts.find(({ id }) => id === recipient?.contactId) ?? null;
  const tool = parts.actTools.find(({ id }) => id === proposal.tool);
  return {
    proposal,
    // An unknown tool was refused before; if it were not, no schema knows its action.
    tool: tool ?? { id: proposal.tool, maxFactAgeHours: 0, reads: [] },
    config,
    facts: standing.facts,
    recipient: contact,
    suppressed:
      contact !== null &&
      (isSuppressed(suppressed, contact.email, proposal.preview.category) ||
        standing.silenced.includes(contact.id)),
    tier: standing.tier,
    lifecycle: standing.lifecycle,
    churn: standing.churn,
    guards,
    rung: rung({ playbook: proposal.playbook, action: proposal.tool }),
    holdout: proposal.arm === 'holdout',
    contactsLeft,
    recentDiscountBasisPoints,
    approval,
    now,
  };
};
