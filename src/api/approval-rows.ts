import { z } from 'zod';
import type { Approval } from '../act/approvals/approval.ts';
import { listDecisions, listProposals } from '../act/settle/read.ts';
import type { Decision } from '../domain/decision.ts';
import { LADDER, type Person } from '../domain/person.ts';
import type { Proposal } from '../domain/proposal.ts';
import { listPeople } from '../platform/auth/people.ts';
import type { TenantTx } from '../platform/db/database.ts';
import { accountNames } from './names.ts';
import { previewShape, previewShapeOf } from './proposal-shapes.ts';
import { anyJson, instantText, ruleShape } from './schemas.ts';

export const approvalShape = z.object({
  id: z.string(),
  status: z.enum(['pending', 'approved', 'rejected', 'expired', 'void', 'consumed']),
  statusReason: z.string().nullable(),
  roles: z.array(z.string()).describe('roles that may approve it'),
  quorum: z.number().int().describe('how many of them it takes'),
  eligible: z.array(z.string()).describe('names of those who may'),
  votes: z.array(
    z.object({
      personId: z.string(),
      name: z.string(),
      vote: z.enum(['approve', 'reject']),
      note: z.string().nullable(),
      at: instantText,
    }),
  ),
  requestedAt: instantText,
  expiresAt: instantText,
  decidedAt: instantText.nullable(),
});

export type ApprovalShape = z.infer<typeof approvalShape>;

export const approvalRowShape = approvalShape.extend({
  proposalId: z.string(),
  caseId: z.string(),
  accountId: z.string(),
  accountName: z.string(),
  playbook: z.string(),
  tool: z.string(),
  arguments: z.record(z.string(), anyJson),
  reason: z.string(),
  rules: z.array(ruleShape).describe('why a person must decide'),
  preview: previewShape,
});

export type ApprovalRowShape = z.infer<typeof approvalRowShape>;

export const approvalShapeOf = (
  approval: Approval,
  proposal: Pick<Proposal, 'proposedBy'>,
  people: readonly Person[],
): ApprovalShape => {
  const names = new Map(people.map((person) => [person.id, person.name]));
  return {
    ...approval,
    roles: [...approval.roles],
    eligible: people
      .filter((person) => mayApprove(person, approval, proposal))
      .map(({ name }) => name),
    votes: approval.votes.map((each) => ({
      ...each,
      name: names.get(each.personId) ?? each.personId,
    })),
  };
};

/** For people to read; `vote` decides. A higher role holds the lower ones, and nobody approves their own proposal. */
const mayApprove = (
  person: Person,
  approval: Approval,
  proposal: Pick<Proposal, 'proposedBy'>,
): boolean => {
  const rank = Math.max(...person.roles.map((role) => LADDER.findIndex((each) => each === role)));
  const lowest = Math.min(
    ...approval.roles.map((role) => LADDER.findIndex((each) => each === role)),
  );
  return (
    rank >= lowest &&
    proposal.proposedBy !== `person:${person.id}` &&
    !proposal.proposedBy.endsWith(`:${person.id}`)
  );
};

/** Approvals with what they are about, in the order given. One whose proposal is gone is left out. */
export const approvalRows = async (
  tx: TenantTx,
  approvals: readonly Approval[],
): Promise<ApprovalRowShape[]> => {
  if (approvals.length === 0) return [];
  const people = await listPeople(tx);
  const names = await accountNames(tx, approvals);
  const found = await listProposals(tx, { ids: approvals.map(({ proposalId }) => proposalId) });
  const proposals = new Map(found.map((proposal) => [proposal.id, proposal]));
  const decisions = await listDecisions(tx, { proposalIds: [...proposals.keys()] });
  return approvals.flatMap((approval) => {
    const proposal = proposals.get(approval.proposalId);
    if (proposal === undefined) return [];
    return [
      {
        ...approvalShapeOf(approval, proposal, people),
        ...{ proposalId: proposal.id, caseId: proposal.caseId, accountId: proposal.accountId },
        accountName: names.get(proposal.accountId) ?? proposal.accountId,
        playbook: proposal.playbook,
        tool: proposal.tool,
        arguments: { ...proposal.args },
        reason: proposal.reason,
        rules: escalationOf(decisions, proposal.id),
        preview: previewShapeOf(proposal.preview),
      },
    ];
  });
};

/** The rules of the decision that asked for a person. */
const escalationOf = (decisions: readonly Decision[], proposalId: string) => {
  const asking = decisions
    .filter((decision) => decision.proposalId === proposalId && decision.verdict === 'escalate')
    .at(-1);
  return asking === undefined ? [] : [...asking.reasons];
};
