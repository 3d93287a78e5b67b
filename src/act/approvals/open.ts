import { inputError } from '../../domain/errors.ts';
import type { Person } from '../../domain/person.ts';
import type { Instant } from '../../domain/time.ts';
import { findPerson } from '../../platform/auth/people.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { holdsOneOf } from '../../policies/roles.ts';
import { lockAccount, selectProposals, type StoredProposal } from '../settle/store.ts';
import type { Approval } from './approval.ts';
import { accountOfApproval, selectApprovals } from './approval-store.ts';

export interface OpenApproval {
  readonly approval: Approval;
  readonly proposal: StoredProposal;
  /** As they are now, not as they were when they signed in. */
  readonly person: Person;
}

/**
 * An approval that this person may still decide, with its account's row locked: whoever else decides it waits. Throws
 * `approval_not_found`, `already_decided`, `stale_approval`, `approval_forbidden`.
 */
export const openApproval = async (
  tx: TenantTx,
  approvalId: string,
  personId: string,
  now: Instant,
): Promise<OpenApproval> => {
  const accountId = await accountOfApproval(tx, approvalId);
  if (accountId === null) throw notFound(approvalId);
  await lockAccount(tx, accountId);
  const [approval] = await selectApprovals(tx, { ids: [approvalId] });
  if (approval === undefined) throw notFound(approvalId);
  checkOpen(approval, now);
  const [proposal] = await selectProposals(tx, { ids: [approval.proposalId] });
  if (proposal === undefined) throw notFound(approvalId);
  const person = await findPerson(tx, personId);
  if (!holdsOneOf(person.roles, approval.roles)) {
    throw inputError(
      'approval_forbidden',
      `it takes ${approval.roles.join(' or ')} to decide this, and ${person.name} is ${person.roles.join(', ')}`,
    );
  }
  return { approval, proposal, person };
};

const notFound = (approvalId: string) =>
  inputError('approval_not_found', `there is no approval \`${approvalId}\``);

const checkOpen = ({ id, status, statusReason, expiresAt }: Approval, now: Instant): void => {
  if (status !== 'pending') {
    const why = statusReason === null ? '' : `: ${statusReason}`;
    throw inputError('already_decided', `approval \`${id}\` is ${status}${why}`);
  }
  if (expiresAt <= now) {
    throw inputError(
      'stale_approval',
      `approval \`${id}\` expired at ${expiresAt}: the next round asks again if it still applies`,
    );
  }
};
