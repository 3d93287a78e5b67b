import type { Decision } from '../../domain/decision.ts';
import { deriveId, digest } from '../../domain/identifiers.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { record } from '../ledger/ledger.ts';
import type { ArbiterInput } from './arbiter.ts';
import {
  insertDecision,
  keepArbitration,
  keepPolicyTexts,
  type StoredDecision,
} from './decision-store.ts';
import type { Deliberation, Finding } from './deliberation.ts';

export interface Writing {
  readonly deliberation: Deliberation;
  readonly arbitration: ArbiterInput;
  readonly phase: Decision['phase'];
  readonly cause: string;
}

/** Keeps the policy texts that decisions name; once, by their hash. */
export const keepGrounds = (tx: TenantTx, { deliberation }: Writing): Promise<void> =>
  keepPolicyTexts(tx, deliberation.policies, deliberation.now);

/** Writes one decision with everything needed to reach it again, and its entry in the ledger. */
export const writeDecision = async (
  tx: TenantTx,
  writing: Writing,
  finding: Finding,
  last: StoredDecision | undefined,
): Promise<StoredDecision> => {
  const decision = decisionOf(writing, finding, last);
  if (decision.arbitrationId !== null) {
    await keepArbitration(tx, decision.arbitrationId, asJson(writing.arbitration));
  }
  await insertDecision(tx, decision);
  await noteDecision(tx, finding, decision);
  return decision;
};

/** The same verdict for the same reasons until the same moment: settled again, it says nothing new. */
export const saysTheSame = (finding: Finding, last: StoredDecision | undefined): boolean =>
  last?.verdict === finding.verdict &&
  last.until === finding.until &&
  last.quorum === finding.quorum &&
  rulesOf(last) === rulesOf(finding);

const rulesOf = ({ reasons }: Pick<Finding, 'reasons'>): string =>
  JSON.stringify(reasons.map(({ rule }) => rule).sort());

const decisionOf = (
  { deliberation, arbitration, phase, cause }: Writing,
  finding: Finding,
  last: StoredDecision | undefined,
): StoredDecision => {
  const { proposal } = finding;
  const sequence = (last?.sequence ?? 0) + 1;
  return {
    id: deriveId('dec', proposal.id, phase, sequence),
    proposalId: proposal.id,
    world: proposal.world,
    phase,
    sequence,
    verdict: finding.verdict,
    reasons: finding.reasons,
    approvers: finding.approvers,
    quorum: finding.quorum,
    until: finding.until,
    request: finding.request === null ? {} : asJson(finding.request),
    policy: finding.policy,
    policyVersion: deliberation.policies.version,
    arbitrationId: finding.arbitrated ? digest(asJson(arbitration)) : null,
    configVersion: deliberation.config.version,
    release: deliberation.config.release ?? null,
    buildId: deliberation.parts.buildId,
    factSetId: deliberation.standing.factSetId,
    guards: deliberation.guards,
    cause,
    at: deliberation.now,
  };
};

const noteDecision = (
  tx: TenantTx,
  { proposal }: Finding,
  decision: StoredDecision,
): Promise<unknown> =>
  record(tx, {
    world: proposal.world,
    kind: 'decision',
    subjects: {
      accountId: proposal.accountId,
      caseId: proposal.caseId,
      proposalId: proposal.id,
      decisionId: decision.id,
    },
    body: {
      playbook: proposal.playbook,
      tool: proposal.tool,
      phase: decision.phase,
      verdict: decision.verdict,
      rules: decision.reasons.map(({ rule }) => rule),
      action: proposal.actionDigest,
      request: digest(decision.request),
      policyVersion: decision.policyVersion,
      configVersion: decision.configVersion,
      release: decision.release,
      factSetId: decision.factSetId,
      arbitration: decision.arbitrationId,
      guards: Object.fromEntries(
        Object.entries(decision.guards).map(([id, { state }]) => [id, state]),
      ),
      build: decision.buildId,
    },
    at: decision.at,
  });

/** Interfaces of readonly JSON members, which TypeScript cannot see to be JSON. */
const asJson = (value: object): JsonObject => value as JsonObject;
