import type { TenantTx } from '../../platform/db/database.ts';
import { selectDecisions, type StoredDecision } from './decision-store.ts';
import {
  selectDueHolds,
  selectProposals,
  type ProposalFilter,
  type StoredProposal,
} from './store.ts';
import type { Instant } from '../../domain/time.ts';

export type { StoredDecision, StoredProposal };

/** Proposals by case, account or world, in the order of their rounds. */
export const listProposals = (tx: TenantTx, filter: ProposalFilter): Promise<StoredProposal[]> =>
  selectProposals(tx, filter);

/** Every decision on these proposals, oldest first. */
export const listDecisions = (
  tx: TenantTx,
  { proposalIds }: { readonly proposalIds: readonly string[] },
): Promise<StoredDecision[]> => selectDecisions(tx, proposalIds);

/** Accounts with a hold that has ended: settle them again. */
export const dueHolds = async (
  tx: TenantTx,
  { world, now }: { readonly world: string; readonly now: Instant },
): Promise<{ readonly accountId: string }[]> =>
  (await selectDueHolds(tx, world, now)).map((accountId) => ({ accountId }));
