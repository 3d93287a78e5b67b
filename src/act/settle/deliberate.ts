import type { PolicyReason } from '../../domain/decision.ts';
import { appraise, type Refused, type Viable } from './appraise.ts';
import { arbitrate, type ArbiterInput, type Ruling } from './arbiter.ts';
import { contenderOf, discountsBeside, isRecent, standpointOf, weekOf } from './contenders.ts';
import type { Deliberation, Finding, Findings } from './deliberation.ts';
import { askPolicy, type Asked } from './question.ts';
import type { StoredProposal } from './store.ts';

/**
 * What becomes of every proposal of an account: each by itself first, then beside one another, then by the policy once
 * more where the others changed what it is asked. Says nothing about what simply stays as it is. The same deliberation
 * gives the same findings.
 */
export const deliberate = (deliberation: Deliberation): Findings => {
  const { proposals, now } = deliberation;
  const appraisals = proposals
    .filter((one) => one.status !== 'permitted' && one.status !== 'done')
    .map((one) => appraise(deliberation, one));
  const viable = new Map(
    appraisals.filter((one) => one.kind === 'viable').map((one) => [one.proposal.id, one]),
  );
  const standing = proposals.filter(
    (one) => one.status === 'permitted' || (one.status === 'done' && isRecent(one, now)),
  );
  const arbitration = arbitrationOf(deliberation, [...viable.values()], standing);
  const rulings = arbitrate(arbitration);
  const turn = new Turn(deliberation, viable, new Map(standing.map((one) => [one.id, one])));
  return {
    arbitration,
    findings: [
      ...appraisals.filter((one) => one.kind === 'refused').map(refusal),
      ...[...rulings].flatMap(([id, ruling]) => turn.take(id, ruling) ?? []),
    ],
  };
};

const arbitrationOf = (
  deliberation: Deliberation,
  viable: readonly Viable[],
  standing: readonly StoredProposal[],
): ArbiterInput => ({
  contenders: [
    ...viable.map(({ proposal, asked }) =>
      contenderOf(deliberation, proposal, goesOut(deliberation, proposal, asked)),
    ),
    ...standing.map((proposal) => contenderOf(deliberation, proposal, false)),
  ],
  guards: deliberation.guards,
  budget: weekOf(deliberation),
  now: deliberation.now,
});

/** What a person is asked first, or sends themselves, does not wait for the morning here. */
const goesOut = (
  deliberation: Deliberation,
  proposal: StoredProposal,
  { outcome }: Asked,
): boolean =>
  outcome.verdict === 'permit' &&
  standpointOf(proposal) !== 'pending' &&
  !isDraft(deliberation, proposal);

/** On the rung `draft` an outward proposal becomes a task that holds the draft. */
export const isDraft = (
  { rung }: Deliberation,
  { playbook, tool, preview }: StoredProposal,
): boolean => preview.outward && rung({ playbook, action: tool }) === 'draft';

const refusal = ({ proposal, status, approval, reasons, asked }: Refused): Finding => ({
  ...NOTHING,
  proposal,
  verdict: 'forbid',
  reasons,
  status,
  approval,
  request: asked?.request ?? null,
  policy: asked?.outcome ?? null,
  arbitrated: false,
});

const NOTHING = { approvers: [], quorum: 0, until: null, arbitrated: true } as const;

/** Takes the rulings in the arbiter's order, and remembers what went before. */
class Turn {
  readonly #deliberation: Deliberation;
  readonly #viable: ReadonlyMap<string, Viable>;
  readonly #standing: ReadonlyMap<string, StoredProposal>;
  /** Discounts of those that go on from here, so that two at once are not each taken for the only one. */
  #discounts = 0;

  constructor(
    deliberation: Deliberation,
    viable: ReadonlyMap<string, Viable>,
    standing: ReadonlyMap<string, StoredProposal>,
  ) {
    this.#deliberation = deliberation;
    this.#viable = viable;
    this.#standing = standing;
  }

  take(id: string, ruling: Ruling): Finding | null {
    const permitted = this.#standing.get(id);
    if (permitted !== undefined) return pulledBack(permitted, ruling);
    const viable = this.#viable.get(id);
    if (viable === undefined) return null;
    if (ruling.outcome === 'drop' || ruling.outcome === 'supersede')
      return outOfTheWay(viable, ruling);
    const waiting = standpointOf(viable.proposal) === 'pending';
    if (ruling.outcome === 'hold')
      return waiting ? this.#stillWaiting(viable) : held(viable, ruling);
    return waiting ? this.#stillWaiting(viable) : this.#proceed(viable, ruling.left);
  }

  /** An approval that is asked for stays as it is, unless more people are needed by now. */
  #stillWaiting({ proposal, asked, approval }: Viable): Finding | null {
    const { verdict, approvers, quorum } = asked.outcome;
    if (verdict !== 'escalate' || approval === null) return null;
    const suffices =
      approval.quorum >= quorum &&
      approval.roles.every((role) => approvers.some((one) => one === role));
    return suffices ? null : escalated(proposal, asked);
  }

  #proceed({ proposal, asked: before, approval, given }: Viable, contactsLeft: number): Finding {
    const committed = discountsBeside(this.#deliberation, proposal);
    const beside = {
      // Nothing that stays in the house is counted among contacts.
      contactsLeft: proposal.preview.outward ? contactsLeft : before.beside.contactsLeft,
      recentDiscountBasisPoints: committed + this.#discounts,
    };
    const asked = same(beside, before.beside)
      ? before
      : askPolicy(this.#deliberation, proposal, beside, given);
    const finding = this.#conclude(proposal, asked, approval !== null);
    const reserved = approval !== null;
    if (finding.verdict !== 'forbid' && !reserved)
      this.#discounts += proposal.preview.discountBasisPoints;
    return finding;
  }

  #conclude(proposal: StoredProposal, asked: Asked, hasApproval: boolean): Finding {
    const { verdict, reasons } = asked.outcome;
    const stored = { proposal, reasons, request: asked.request, policy: asked.outcome };
    if (verdict === 'escalate') return escalated(proposal, asked);
    if (verdict === 'forbid') {
      return {
        ...NOTHING,
        ...stored,
        verdict,
        status: 'forbidden',
        approval: hasApproval ? 'void' : 'none',
      };
    }
    return {
      ...NOTHING,
      ...stored,
      verdict: isDraft(this.#deliberation, proposal) ? 'draft' : 'permit',
      status: 'permitted',
      approval: hasApproval ? 'consume' : 'none',
    };
  }
}

const same = (a: Asked['beside'], b: Asked['beside']): boolean =>
  a.contactsLeft === b.contactsLeft && a.recentDiscountBasisPoints === b.recentDiscountBasisPoints;

const escalated = (proposal: StoredProposal, { request, outcome }: Asked): Finding => ({
  proposal,
  verdict: 'escalate',
  reasons: outcome.reasons,
  approvers: outcome.approvers,
  quorum: outcome.quorum,
  until: null,
  status: 'pending_approval',
  approval: 'open',
  request,
  policy: outcome,
  arbitrated: true,
});

const held = (
  { proposal, asked }: Viable,
  ruling: Ruling & { readonly outcome: 'hold' },
): Finding => ({
  ...NOTHING,
  proposal,
  verdict: 'hold',
  reasons: [reasonOf(ruling)],
  until: ruling.until,
  // An approved one stays approved: it needs no second approval once its time comes.
  status: proposal.status === 'approved' ? 'approved' : 'held',
  approval: 'none',
  request: asked.request,
  policy: asked.outcome,
});

type Away = Ruling & { readonly outcome: 'drop' | 'supersede' };

const outOfTheWay = ({ proposal, asked, approval }: Viable, ruling: Away): Finding => ({
  ...NOTHING,
  proposal,
  verdict: 'forbid',
  reasons: [reasonOf(ruling), ...(asked.outcome.verdict === 'permit' ? [] : asked.outcome.reasons)],
  status: ruling.outcome === 'supersede' ? 'superseded' : 'forbidden',
  approval: approval === null ? 'none' : 'void',
  request: asked.request,
  policy: asked.outcome,
});

/** What waits in the outbox gives way too, while it can still be recalled. */
const pulledBack = (proposal: StoredProposal, ruling: Ruling): Finding | null =>
  ruling.outcome === 'drop' || ruling.outcome === 'supersede'
    ? {
        ...NOTHING,
        proposal,
        verdict: 'forbid',
        reasons: [reasonOf(ruling)],
        status: ruling.outcome === 'supersede' ? 'superseded' : 'forbidden',
        approval: 'none',
        request: null,
        policy: null,
      }
    : null;

const reasonOf = ({
  rule,
  text,
}: {
  readonly rule: string;
  readonly text: string;
}): PolicyReason => ({
  rule,
  text,
});
