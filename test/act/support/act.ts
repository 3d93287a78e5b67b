import type { Decision } from '../../../src/domain/decision.ts';
import { LIVE, type World } from '../../../src/domain/case.ts';
import type { IncomingEvent } from '../../../src/domain/event.ts';
import type { Person } from '../../../src/domain/person.ts';
import type { Preview, Proposal } from '../../../src/domain/proposal.ts';
import type { Owner, TenantConfig } from '../../../src/domain/tenant.ts';
import type { Instant } from '../../../src/domain/time.ts';
import type { Effect } from '../../../src/connectors/define.ts';
import { defaultTenantConfig } from '../../../src/platform/config/default.ts';
import type { Database, TenantTx } from '../../../src/platform/db/database.ts';
import { effectOf } from '../../../src/act/outbox/effect.ts';
import { enqueue, type Enqueued } from '../../../src/act/outbox/enqueue.ts';
import type { PerformInput } from '../../../src/act/outbox/perform.ts';

/** A Monday. */
export const NOW: Instant = '2026-03-02T09:30:00.000Z';
export const TENANT = 'acme';
export const SENDER = { name: 'Ana Ruiz', email: 'success@vendor.example' };

export const owner = (id: string, over: Partial<Owner> = {}): Owner => ({
  id,
  name: id[0]!.toUpperCase() + id.slice(1),
  email: `${id}@vendor.example`,
  role: 'csm',
  absences: [],
  ...over,
});

export const aConfig = (over: Partial<TenantConfig> = {}): TenantConfig => {
  const config = defaultTenantConfig({ id: TENANT, name: 'Acme', currency: 'USD', zone: 'UTC' });
  return {
    ...config,
    owners: [owner('ana', { deputy: 'ben' }), owner('ben'), owner('eva', { role: 'executive' })],
    contact: { ...config.contact, sender: SENDER },
    ...over,
  };
};

export const person = (over: Partial<Person> = {}): Person => ({
  kind: 'person',
  id: 'person-ana',
  tenantId: TENANT,
  name: 'Ana',
  email: 'ana@vendor.example',
  roles: ['operator'],
  ...over,
});

export const aPreview = (over: Partial<Preview> = {}): Preview => ({
  summary: 'offer 5 seats to Zoë',
  port: 'email',
  outward: true,
  category: 'contract',
  recipient: { contactId: 'contact-1', email: 'zoe@customer.example', name: 'Zoë Brandt' },
  money: null,
  discountBasisPoints: 0,
  message: {
    templateId: 'seat-offer',
    templateVersion: '3',
    language: 'en',
    subject: 'Seats for Café Noir',
    text: 'Hello Zoë,\n\n5 seats.\n',
  },
  task: null,
  quoteHash: null,
  bound: {},
  problems: [],
  ...over,
});

export const taskPreview = (over: Partial<NonNullable<Preview['task']>> = {}): Preview =>
  aPreview({
    port: 'tasks',
    outward: false,
    category: 'internal',
    recipient: null,
    message: null,
    task: {
      kind: 'tell_sales',
      title: 'Tell sales that Café Noir is full',
      assignee: 'ana',
      dueBusinessDays: 2,
      reason: 'twelve invites were rejected',
      draft: 'Café Noir has 50 of 50 seats.',
      ...over,
    },
  });

export const aProposal = (over: Partial<Proposal> = {}): Proposal => {
  const caseId = over.caseId ?? 'case-1';
  const ordinal = over.ordinal ?? 0;
  return {
    id: `prop-${caseId}-${ordinal}-${over.revision ?? 0}`,
    caseId,
    accountId: 'acct-1',
    playbook: 'seat-expansion',
    agent: 'sales',
    class: 'sell',
    round: 1,
    ordinal,
    revision: 0,
    tool: 'offer_seats',
    args: {},
    reason: 'full',
    mandatory: false,
    preview: aPreview(),
    status: 'permitted',
    statusReason: null,
    holdUntil: null,
    proposedAt: NOW,
    proposedBy: 'rules:seat-expansion',
    readUntrusted: false,
    ungrounded: [],
    declined: null,
    ...over,
  };
};

export const insertAccount = (tx: TenantTx, accountId: string): Promise<unknown> =>
  tx.query(
    `insert into accounts (tenant_id, account_id, root_link_id, created_at) values ($1, $2, $2, $3)
     on conflict do nothing`,
    [tx.tenantId, accountId, NOW],
  );

export const insertProposal = async (
  tx: TenantTx,
  proposal: Proposal,
  world: World = LIVE,
): Promise<void> => {
  await tx.query(
    `insert into proposals (tenant_id, proposal_id, world, case_id, account_id, playbook, agent, class, arm, urgency,
       round, ordinal, revision, tool, args, reason, mandatory, preview, action_digest, status, proposed_at,
       proposed_by, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, 'treatment', 50, $9, $10, $11, $12, $13, $14, false, $15, 'digest',
       'permitted', $16, $17, $16)`,
    [
      tx.tenantId,
      proposal.id,
      world.id,
      proposal.caseId,
      proposal.accountId,
      proposal.playbook,
      proposal.agent,
      proposal.class,
      proposal.round,
      proposal.ordinal,
      proposal.revision,
      proposal.tool,
      proposal.args,
      proposal.reason,
      proposal.preview,
      proposal.proposedAt,
      proposal.proposedBy,
    ],
  );
};

/** A decision row as `settle` writes it; returns its id. */
export const insertDecision = async (
  tx: TenantTx,
  proposalId: string,
  verdict: Decision['verdict'],
  options: { world?: World; sequence?: number; phase?: string } = {},
): Promise<string> => {
  const sequence = options.sequence ?? 1;
  const decisionId = `decision-${proposalId}-${options.phase ?? 'settle'}-${sequence}`;
  await tx.query(
    `insert into policy_texts (tenant_id, policy_version, schema, texts, stored_at)
     values ($1, 'p1', '', '{}', $2) on conflict do nothing`,
    [tx.tenantId, NOW],
  );
  await tx.query(
    `insert into decisions (tenant_id, decision_id, proposal_id, world, phase, sequence, verdict, reasons, approvers,
       quorum, hold_until, request, policy_version, config_version, build_id, fact_set_id, guards, cause, at)
     values ($1, $2, $3, $4, $9, $5, $6, '[]', '{}', $7, $8, '{}', 'p1', 1, 'build', 'facts', '{}', 'test', $10)`,
    [
      tx.tenantId,
      decisionId,
      proposalId,
      (options.world ?? LIVE).id,
      sequence,
      verdict,
      verdict === 'escalate' ? 1 : 0,
      verdict === 'hold' ? NOW : null,
      options.phase ?? 'settle',
      NOW,
    ],
  );
  return decisionId;
};

/** A pending approval that a person has voted for, approved and not yet consumed. */
export const insertApproval = async (
  tx: TenantTx,
  proposalId: string,
  decisionId: string,
): Promise<string> => {
  const approvalId = `approval-${proposalId}`;
  const proposal = ['acct-1', 'case-1'];
  await tx.query(
    `insert into approvals (tenant_id, approval_id, proposal_id, decision_id, world, account_id, case_id, status, roles,
       quorum, rules, action_digest, bound, requested_at, expires_at)
     values ($1, $2, $3, $4, 'live', $5, $6, 'pending', '{approver}', 1, '{}', 'digest', '{}', $7, $7)`,
    [tx.tenantId, approvalId, proposalId, decisionId, ...proposal, NOW],
  );
  await tx.query(
    `insert into approval_votes (tenant_id, approval_id, person_id, vote, roles, at)
     values ($1, $2, 'person-1', 'approve', '{approver}', $3)`,
    [tx.tenantId, approvalId, NOW],
  );
  await tx.query(
    `update approvals set status = 'approved', decided_at = $2 where approval_id = $1`,
    [approvalId, NOW],
  );
  return approvalId;
};

export const consumeApproval = (tx: TenantTx, approvalId: string): Promise<unknown> =>
  tx.query(
    `update approvals set status = 'consumed', consumed_xact = pg_current_xact_id() where approval_id = $1`,
    [approvalId],
  );

/** Account, proposal and a permitting decision, and the row in the outbox. */
export const permitted = async (
  tx: TenantTx,
  proposal: Proposal,
  options: {
    world?: World;
    notBefore?: Instant;
    now?: Instant;
    effect?: Effect;
    ownerId?: string;
  } = {},
): Promise<Enqueued> => {
  const world = options.world ?? LIVE;
  await insertAccount(tx, proposal.accountId);
  await insertProposal(tx, proposal, world);
  const decisionId = await insertDecision(tx, proposal.id, 'permit', { world });
  return enqueue(tx, {
    proposal,
    decisionId,
    world,
    notBefore: options.notBefore ?? NOW,
    effect: options.effect ?? effectOf(proposal, { tenantId: tx.tenantId, sender: SENDER }),
    port: proposal.preview.port,
    ownerId: options.ownerId ?? 'ana',
    now: options.now ?? NOW,
  });
};

export const aDecision = (over: Partial<Decision> = {}): Decision => ({
  id: 'decision-now',
  proposalId: 'prop',
  verdict: 'permit',
  reasons: [],
  approvers: [],
  quorum: 0,
  until: null,
  request: {},
  policyVersion: 'p1',
  configVersion: 1,
  release: null,
  buildId: 'build',
  factSetId: 'facts',
  phase: 'execute',
  at: NOW,
  ...over,
});

/** What `performDue` is given, with everything permitted and what came back kept. */
export const worker = (
  db: Database,
  over: Partial<PerformInput> & Pick<PerformInput, 'ports'>,
): PerformInput & { readonly accepted: IncomingEvent[]; readonly ended: string[] } => {
  const accepted: IncomingEvent[] = [];
  const ended: string[] = [];
  return {
    db,
    tenantId: TENANT,
    now: NOW,
    config: aConfig(),
    recheck: async (_, row) => aDecision({ proposalId: row.proposalId ?? '' }),
    accept: async (_, events) => {
      accepted.push(...events);
    },
    finished: async (_, row) => {
      ended.push(`${row.actionId} ${row.status}`);
    },
    accepted,
    ended,
    ...over,
  };
};
