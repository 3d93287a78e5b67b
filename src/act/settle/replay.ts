import type { PolicyReason } from '../../domain/decision.ts';
import { digest } from '../../domain/identifiers.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { decide, type PolicyOutcome } from '../../policies/decide.ts';
import type { PolicyRequest } from '../../policies/define.ts';
import { restorePolicies } from '../../policies/prepare.ts';
import { arbitrate, type ArbiterInput } from './arbiter.ts';
import {
  selectArbitration,
  selectDecision,
  selectPolicyTexts,
  type StoredDecision,
} from './decision-store.ts';

/** What was decided, in comparable form: the policy's verdict and rules, and the arbiter's ruling. */
export interface Reached {
  readonly policy: string | null;
  readonly arbiter: string | null;
}

export type Replay = {
  readonly decisionId: string;
  /** Under which it was decided; `null` where the configuration had no release yet. */
  readonly release: number | null;
  readonly configVersion: number;
  readonly before: Reached;
  readonly after: Reached;
} & (
  | { readonly outcome: 'same' }
  | {
      readonly outcome: 'differs';
      /** Build ids: that which decided, and this one. */
      readonly from: string;
      readonly to: string;
    }
);

/**
 * Reaches a decision again with today's code: asks the stored policy texts with the stored request, and lets the
 * arbiter weigh the stored contenders. `null` when there is no such decision.
 */
export const replayDecision = async (
  tx: TenantTx,
  { decisionId, buildId }: { readonly decisionId: string; readonly buildId: string },
): Promise<Replay | null> => {
  const decision = await selectDecision(tx, decisionId);
  if (decision === null) return null;
  const before = { policy: policyWords(decision.policy), arbiter: ruledIn(decision.reasons) };
  const after = {
    policy: await askAgain(tx, decision),
    arbiter: await arbitrateAgain(tx, decision, before.arbiter),
  };
  const { release, configVersion } = decision;
  const found = { decisionId, release, configVersion, before, after };
  if (digest({ ...before }) === digest({ ...after })) return { ...found, outcome: 'same' };
  return { ...found, outcome: 'differs', from: decision.buildId, to: buildId };
};

/** The lift is part of the words: who was to approve. People who could be asked are not, they come and go. */
const policyWords = (outcome: PolicyOutcome | null): string | null =>
  outcome === null
    ? null
    : `${outcome.verdict}: ${outcome.reasons
        .map(({ rule }) => rule)
        .sort()
        .join(', ')}`;

const askAgain = async (
  tx: TenantTx,
  { policy, request, policyVersion }: StoredDecision,
): Promise<string | null> => {
  if (policy === null) return null;
  const stored = await selectPolicyTexts(tx, policyVersion);
  if (stored === null) return 'the policy texts are gone';
  const policies = restorePolicies(stored.schema, stored.texts);
  if (policies.version !== policyVersion) return 'the policy texts are not those of their hash';
  const nobody = policy.reasons.some(({ rule }) => rule === NOBODY_ELIGIBLE);
  const eligible = nobody ? [] : Array.from({ length: 9 }, () => ({ roles: ['admin'] }));
  return policyWords(decide(policies, request as unknown as PolicyRequest, { eligible }));
};

const NOBODY_ELIGIBLE = 'approval.nobody-eligible';

/** The arbiter's rule among the reasons, if it was its word that counted. */
const ruledIn = (reasons: readonly PolicyReason[]): string | null =>
  reasons.find(({ rule }) => rule.startsWith('arbiter.'))?.rule ?? null;

const arbitrateAgain = async (
  tx: TenantTx,
  { arbitrationId, proposalId, verdict }: StoredDecision,
  before: string | null,
): Promise<string | null> => {
  const input = arbitrationId === null ? null : await selectArbitration(tx, arbitrationId);
  if (input === null) return before;
  const ruling = arbitrate(input as unknown as ArbiterInput).get(proposalId);
  if (ruling === undefined || ruling.outcome === 'proceed') return null;
  // Whoever waits for an approval waits for no place in the week.
  return verdict === 'escalate' && ruling.outcome === 'hold' ? null : ruling.rule;
};
