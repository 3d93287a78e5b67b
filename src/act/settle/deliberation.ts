import type { Suppressions } from '../outbox/suppression.ts';
import type { World } from '../../domain/case.ts';
import type { Guards, PolicyReason, Rung, Verdict } from '../../domain/decision.ts';
import type { Person } from '../../domain/person.ts';
import type { ProposalStatus } from '../../domain/proposal.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import type { Instant } from '../../domain/time.ts';
import type { Playbook } from '../../playbooks/define.ts';
import type { PolicyOutcome } from '../../policies/decide.ts';
import type { PackagedPolicies, PolicyRequest } from '../../policies/define.ts';
import type { PreparedPolicies } from '../../policies/prepare.ts';
import type { ActTool } from '../../tools/act/define.ts';
import type { Approval } from '../approvals/approval.ts';
import type { ArbiterInput } from './arbiter.ts';
import type { Standing } from './standing.ts';
import type { StoredProposal } from './store.ts';

/** The catalogues that settling uses; `Parts` of the program has them all. */
export interface SettleParts {
  readonly policies: PackagedPolicies;
  readonly actTools: readonly ActTool[];
  readonly playbooks: readonly Playbook[];
  readonly buildId: string;
}

/** Everything that settling an account rests on, loaded under its lock. What follows from it is pure. */
export interface Deliberation {
  readonly world: World;
  readonly now: Instant;
  readonly config: TenantConfig;
  readonly parts: SettleParts;
  readonly policies: PreparedPolicies;
  readonly standing: Standing;
  /** The standing's guards and `save`, from the open cases. */
  readonly guards: Guards;
  /** What may still happen, and what was done in the last 90 days. */
  readonly proposals: readonly StoredProposal[];
  /** Open approvals, and those used for what is permitted, by proposal id. */
  readonly approvals: ReadonlyMap<string, Approval>;
  readonly rung: (post: { readonly playbook: string; readonly action: string }) => Rung;
  /** Lower-cased addresses. */
  readonly suppressed: Suppressions;
  readonly people: readonly Person[];
  /** Cases that are still open; proposals of others are void. */
  readonly openCases: ReadonlySet<string>;
}

/** What becomes of a proposal's open approval. */
export type ApprovalStep = 'none' | 'open' | 'void' | 'expire' | 'consume';

/** What settling makes of one proposal. */
export interface Finding {
  readonly proposal: StoredProposal;
  readonly verdict: Verdict;
  readonly reasons: readonly PolicyReason[];
  readonly approvers: readonly string[];
  readonly quorum: number;
  readonly until: Instant | null;
  /** Where it goes. */
  readonly status: ProposalStatus;
  readonly approval: ApprovalStep;
  /** What Cedar was asked, and said; `null` where it was not asked. */
  readonly request: PolicyRequest | null;
  readonly policy: PolicyOutcome | null;
  /** Whether the arbiter had a say in it; what is refused by itself never comes before it. */
  readonly arbitrated: boolean;
}

export interface Findings {
  readonly findings: readonly Finding[];
  /** What the arbiter weighed. */
  readonly arbitration: ArbiterInput;
}
