import { inputError } from '../../domain/errors.ts';
import { digest } from '../../domain/identifiers.ts';
import type { Person, Principal } from '../../domain/person.ts';
import { addHours, hoursBetween, type Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { record } from '../ledger/ledger.ts';
import { moveProposal, type StoredProposal } from '../settle/store.ts';
import type { Approval, Vote } from './approval.ts';
import { insertVote, moveApproval, selectApprovals } from './approval-store.ts';
import { openApproval } from './open.ts';
import { requirePerson } from './require-person.ts';

export interface Ballot {
  readonly approvalId: string;
  readonly person: Principal;
  readonly vote: 'approve' | 'reject';
  /** Needed to reject. */
  readonly note?: string;
  readonly now: Instant;
}

/**
 * One person's yes or no. The quorum of yeses approves, one no rejects, and either happens once: whoever comes later is
 * told that it is decided. Approved is not done: settling the account releases it. Throws `auth.not_allowed`,
 * `approval_not_found`, `approval_forbidden`, `already_decided`, `already_voted`, `stale_approval`, `note_required`.
 */
export const vote = async (tx: TenantTx, ballot: Ballot): Promise<Approval> => {
  const signedIn = requirePerson(tx, ballot.person, ballot.vote);
  const note = ballot.note?.trim() ?? '';
  if (ballot.vote === 'reject' && note === '') {
    throw inputError(
      'note_required',
      'say why it is rejected: the agent and your colleagues read it',
    );
  }
  const { approval, proposal, person } = await openApproval(
    tx,
    ballot.approvalId,
    signedIn.id,
    ballot.now,
  );
  refuseProposer(proposal, person);
  const cast = {
    personId: person.id,
    vote: ballot.vote,
    note: note === '' ? null : note,
    roles: person.roles,
    at: ballot.now,
  };
  if (!(await insertVote(tx, approval.id, cast))) {
    throw inputError(
      'already_voted',
      `${person.name} has voted on \`${approval.id}\`: it takes another person`,
    );
  }
  await noteVote(tx, approval, cast);
  await settleOnce(tx, approval, cast);
  return reload(tx, approval.id);
};

const refuseProposer = ({ proposedBy }: StoredProposal, { id, name }: Person): void => {
  if (proposedBy !== `person:${id}`) return;
  throw inputError('approval_forbidden', `${name} proposed this: somebody else decides`);
};

const settleOnce = async (tx: TenantTx, approval: Approval, cast: Vote): Promise<void> => {
  const { id, proposalId } = approval;
  if (cast.vote === 'reject') {
    await moveApproval(tx, {
      id,
      from: 'pending',
      to: 'rejected',
      reason: cast.note,
      now: cast.at,
    });
    await moveProposal(
      tx,
      { id: proposalId, status: 'rejected', statusReason: cast.note, holdUntil: null },
      cast.at,
    );
    return;
  }
  const yes = (await reload(tx, id)).votes.filter((given) => given.vote === 'approve').length;
  if (yes < approval.quorum) return;
  const approved = await moveApproval(tx, {
    id,
    from: 'pending',
    to: 'approved',
    reason: null,
    // As long again: what was approved late must still outlast a weekend on hold.
    expiresAt: addHours(cast.at, hoursBetween(approval.requestedAt, approval.expiresAt)),
    now: cast.at,
  });
  if (!approved) return;
  await moveProposal(
    tx,
    { id: proposalId, status: 'approved', statusReason: null, holdUntil: null },
    cast.at,
  );
};

const reload = async (tx: TenantTx, approvalId: string): Promise<Approval> => {
  const [approval] = await selectApprovals(tx, { ids: [approvalId] });
  if (approval === undefined)
    throw inputError('approval_not_found', `there is no approval \`${approvalId}\``);
  return approval;
};

const noteVote = (tx: TenantTx, approval: Approval, cast: Vote): Promise<unknown> =>
  record(tx, {
    world: approval.world,
    kind: 'vote',
    subjects: {
      accountId: approval.accountId,
      caseId: approval.caseId,
      proposalId: approval.proposalId,
      approvalId: approval.id,
      personId: cast.personId,
    },
    body: {
      vote: cast.vote,
      roles: cast.roles,
      action: approval.digest,
      // What a person wrote may name people; its digest shows that it was not changed.
      note: cast.note === null ? null : digest(cast.note),
    },
    at: cast.at,
  });
