import type { PolicyReason } from '../domain/decision.ts';
import type { Role } from '../domain/person.ts';
import type { PolicyRequest } from './define.ts';
import { evaluate, type Answer } from './evaluate.ts';
import type { PreparedPolicies } from './prepare.ts';
import { holdsOneOf, rolesForAll, rolesHeld } from './roles.ts';
import type { Rule } from './rule.ts';
import { fillReason } from './words.ts';

/** What the policy makes of a proposal. `reasons` names every rule that applied, not only the first. */
export interface PolicyOutcome {
  readonly verdict: 'permit' | 'escalate' | 'forbid';
  readonly reasons: readonly PolicyReason[];
  /** For `escalate`: roles of which any one suffices for every rule. */
  readonly approvers: readonly Role[];
  readonly quorum: number;
}

/** Somebody who could be asked: a signed-in person who did not propose it. */
export interface Eligible {
  readonly roles: readonly string[];
}

export interface Circumstances {
  readonly eligible: readonly Eligible[];
  /** Words for the placeholders of reasons; asked for only where a reason has one. */
  readonly words?: () => Readonly<Record<string, string>>;
}

/**
 * Permit, escalate or forbid. Asked without an approval: what Cedar allows is permitted; when every rule that applies
 * may be lifted, it escalates to the roles that suffice for all and the highest quorum, provided that the approval
 * would then allow it and that enough people are there to give it; anything else, an error included, is forbidden.
 * Asked with an approval, Cedar must allow. The same set and request give the same outcome.
 */
export const decide = (
  policies: PreparedPolicies,
  request: PolicyRequest,
  circumstances: Circumstances,
): PolicyOutcome => {
  const answer = evaluate(policies, request);
  const reasons = reasonsOf(policies, answer, circumstances.words ?? (() => ({})));
  if (answer.allowed) return { verdict: 'permit', reasons, approvers: [], quorum: 0 };
  const lift = hasApproval(request) ? null : liftOf(policies, request, answer);
  if (lift === null) return forbidden(reasons);
  const missing = nobodyEligible(lift, circumstances.eligible);
  return missing === null
    ? { verdict: 'escalate', reasons, ...lift }
    : forbidden([...reasons, missing]);
};

const forbidden = (reasons: readonly PolicyReason[]): PolicyOutcome => ({
  verdict: 'forbid',
  reasons,
  approvers: [],
  quorum: 0,
});

const hasApproval = ({ context }: PolicyRequest): boolean => {
  const approval = context['approval'];
  // Anything but a clear "none" counts as one, so that a malformed request is never escalated.
  return !(typeof approval === 'object' && 'count' in approval && approval['count'] === 0);
};

interface Lift {
  readonly approvers: readonly Role[];
  readonly quorum: number;
}

type LiftableRule = Rule & { readonly approvers: readonly Role[] };

/** Who could lift everything that stands against it; `null` when nobody can. */
const liftOf = (
  policies: PreparedPolicies,
  request: PolicyRequest,
  answer: Answer,
): Lift | null => {
  if (answer.errors.length > 0 || answer.rules.length === 0) return null;
  const rules = answer.rules.map((id) => policies.rules.get(id));
  const liftable = rules.filter(isLiftable);
  if (liftable.length !== rules.length) return null;
  const approvers = rolesForAll(liftable.map((rule) => rule.approvers));
  const quorum = Math.max(...liftable.map((rule) => rule.quorum));
  return approvers.length > 0 && wouldAllow(policies, request, { approvers, quorum })
    ? { approvers, quorum }
    : null;
};

const isLiftable = (rule: Rule | undefined): rule is LiftableRule =>
  rule !== undefined && rule.approvers !== null;

/** Nobody is asked for an approval that would change nothing, such as where no rule permits the action at all. */
const wouldAllow = (policies: PreparedPolicies, request: PolicyRequest, lift: Lift): boolean =>
  evaluate(policies, {
    ...request,
    context: {
      ...request.context,
      approval: { count: lift.quorum, roles: rolesHeld(lift.approvers.slice(0, 1)) },
    },
  }).allowed;

const nobodyEligible = (
  { approvers, quorum }: Lift,
  people: readonly Eligible[],
): PolicyReason | null => {
  const there = people.filter(({ roles }) => holdsOneOf(roles, approvers)).length;
  if (there >= quorum) return null;
  return {
    rule: 'approval.nobody-eligible',
    text: `it needs ${quorum} of ${approvers.join(' or ')} besides the proposer, and there ${there === 1 ? 'is 1' : `are ${there}`}`,
  };
};

const reasonsOf = (
  policies: PreparedPolicies,
  { allowed, rules, errors }: Answer,
  words: () => Readonly<Record<string, string>>,
): readonly PolicyReason[] => {
  const named = rules.map((rule) => ({
    rule,
    text: fillReason(policies.rules.get(rule)?.reason ?? rule, words),
  }));
  const failed = errors.map((message) => ({ rule: 'policy.error', text: message }));
  const none = !allowed && named.length + failed.length === 0;
  return none ? [{ rule: 'default.deny', text: 'no rule permits it' }] : [...named, ...failed];
};
