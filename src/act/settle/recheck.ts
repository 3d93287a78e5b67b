import type { Decision, PolicyReason } from '../../domain/decision.ts';
import { inputError } from '../../domain/errors.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { appraise, type Viable } from './appraise.ts';
import { arbitrate, type ArbiterInput, type Ruling } from './arbiter.ts';
import { contenderOf, discountsBeside, isRecent, reachesOut, weekOf } from './contenders.ts';
import { selectLatest } from './decision-store.ts';
import type { Deliberation, Finding } from './deliberation.ts';
import { loadDeliberation, type Settling } from './load.ts';
import { askPolicy } from './question.ts';
import { selectProposals, type StoredProposal } from './store.ts';
import { keepGrounds, saysTheSame, writeDecision } from './write-decision.ts';

export interface Recheck extends Settling {
  readonly proposalId: string;
}

/**
 * Decides once more, just before the effect, by what holds now: policy, suspension, guards, consent, freshness, the
 * other proposals of the account, and the approval with what it was bound to. `permit` may be carried out, `hold` waits,
 * anything else never happens. The proposal itself does not count among the contacts. Recorded, unless it says the
 * same as the last time. Throws `proposal_not_found`.
 */
export const recheckEffect = async (tx: TenantTx, recheck: Recheck): Promise<Decision> => {
  const deliberation = await loadDeliberation(tx, recheck);
  const proposal = await find(tx, deliberation, recheck.proposalId);
  const arbitration = arbitrationOf(deliberation, proposal);
  const finding = look(deliberation, proposal, arbitration);
  const last = (await selectLatest(tx, [proposal.id], 'execute')).get(proposal.id);
  if (last !== undefined && saysTheSame(finding, last)) return last;
  const writing = {
    deliberation,
    arbitration,
    phase: 'execute',
    cause: 'about to be carried out',
  } as const;
  await keepGrounds(tx, writing);
  return writeDecision(tx, writing, finding, last);
};

const find = async (
  tx: TenantTx,
  { proposals, standing, world }: Deliberation,
  proposalId: string,
): Promise<StoredProposal> => {
  const [proposal] = proposals.some(({ id }) => id === proposalId)
    ? proposals.filter(({ id }) => id === proposalId)
    : await selectProposals(tx, {
        ids: [proposalId],
        world: world.id,
        accountId: standing.accountId,
      });
  if (proposal !== undefined) return proposal;
  throw inputError(
    'proposal_not_found',
    `there is no proposal \`${proposalId}\` of account \`${standing.accountId}\``,
  );
};

/** What was never settled has no say here; it will have in the next round. */
const arbitrationOf = (deliberation: Deliberation, proposal: StoredProposal): ArbiterInput => ({
  contenders: deliberation.proposals
    .filter(
      (one) =>
        one.status !== 'proposed' && (one.status !== 'done' || isRecent(one, deliberation.now)),
    )
    .map((one) => contenderOf(deliberation, one, one.id === proposal.id)),
  guards: deliberation.guards,
  budget: weekOf(deliberation),
  now: deliberation.now,
});

const look = (
  deliberation: Deliberation,
  proposal: StoredProposal,
  arbitration: ArbiterInput,
): Finding => {
  if (proposal.status !== 'permitted') {
    const text = `it is ${proposal.status} by now`;
    return finding(proposal, 'forbid', [{ rule: 'execute.withdrawn', text }]);
  }
  const appraisal = appraise(deliberation, proposal);
  if (appraisal.kind === 'refused') {
    return { ...finding(proposal, 'forbid', appraisal.reasons), ...askedOf(appraisal.asked) };
  }
  return judge(deliberation, appraisal, arbitrate(arbitration).get(proposal.id));
};

const judge = (deliberation: Deliberation, viable: Viable, ruling: Ruling | undefined): Finding => {
  const { proposal, asked: before } = viable;
  if (ruling === undefined) {
    return finding(proposal, 'forbid', [
      { rule: 'execute.withdrawn', text: 'it is not to be carried out' },
    ]);
  }
  if (ruling.outcome === 'hold') {
    const { until, rule, text } = ruling;
    return {
      ...finding(proposal, 'hold', [{ rule, text }]),
      ...askedOf(before),
      until,
      arbitrated: true,
    };
  }
  if (ruling.outcome !== 'proceed') {
    const { rule, text } = ruling;
    return {
      ...finding(proposal, 'forbid', [{ rule, text }]),
      ...askedOf(before),
      arbitrated: true,
    };
  }
  const { outcome, request, beside } = askAgain(deliberation, viable, ruling.left);
  const reasons = outcome.verdict === 'escalate' ? [...outcome.reasons, MISSING] : outcome.reasons;
  const verdict = outcome.verdict === 'permit' ? 'permit' : 'forbid';
  return {
    ...finding(proposal, verdict, reasons),
    ...askedOf({ request, outcome, beside }),
    arbitrated: true,
  };
};

/** A person would have to approve by now what was let pass without one. */
const MISSING: PolicyReason = {
  rule: 'approval.missing',
  text: 'by the rules of now a person has to approve it',
};

const askAgain = (
  deliberation: Deliberation,
  { proposal, asked, given }: Viable,
  contactsLeft: number,
) =>
  reachesOut(proposal)
    ? askPolicy(
        deliberation,
        proposal,
        { contactsLeft, recentDiscountBasisPoints: discountsBeside(deliberation, proposal) },
        given,
      )
    : asked;

const askedOf = (asked: Viable['asked'] | null): Pick<Finding, 'request' | 'policy'> => ({
  request: asked?.request ?? null,
  policy: asked?.outcome ?? null,
});

const finding = (
  proposal: StoredProposal,
  verdict: Finding['verdict'],
  reasons: readonly PolicyReason[],
): Finding => ({
  proposal,
  verdict,
  reasons,
  approvers: [],
  quorum: 0,
  until: null,
  status: proposal.status,
  approval: 'none',
  request: null,
  policy: null,
  arbitrated: false,
});
