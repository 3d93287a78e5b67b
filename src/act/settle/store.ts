import { inputError } from '../../domain/errors.ts';
import type { Case } from '../../domain/case.ts';
import type { Proposal, ProposalStatus } from '../../domain/proposal.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';

/** A proposal with what its case gave it when it was filed. */
export interface StoredProposal extends Proposal {
  readonly world: string;
  readonly arm: Case['arm'];
  /** 0–100, of its case. */
  readonly urgency: number;
  /** The stable name of the step within the plan. */
  readonly step: string | null;
  /** `null` for a tool that nobody declares. */
  readonly toolVersion: string | null;
  /** Of what would be done and to whom. */
  readonly actionDigest: string;
  /** A person was handed the draft: what becomes of it is theirs, and is no message of ours. */
  readonly drafted: boolean;
  readonly updatedAt: Instant;
}

interface ProposalRow {
  readonly proposal_id: string;
  readonly world: string;
  readonly case_id: string;
  readonly account_id: string;
  readonly playbook: string;
  readonly agent: string;
  readonly class: Proposal['class'];
  readonly arm: Case['arm'];
  readonly urgency: number;
  readonly round: number;
  readonly ordinal: number;
  readonly revision: number;
  readonly step: string | null;
  readonly tool: string;
  readonly tool_version: string | null;
  readonly args: Proposal['args'];
  readonly reason: string;
  readonly mandatory: boolean;
  readonly preview: Proposal['preview'];
  readonly action_digest: string;
  readonly status: ProposalStatus;
  readonly status_reason: string | null;
  readonly hold_until: Instant | null;
  readonly drafted: boolean;
  readonly proposed_at: Instant;
  readonly proposed_by: string;
  readonly read_untrusted: boolean;
  readonly ungrounded: readonly string[];
  readonly declined: string | null;
  readonly updated_at: Instant;
}

const toProposal = (row: ProposalRow): StoredProposal => ({
  id: row.proposal_id,
  world: row.world,
  caseId: row.case_id,
  accountId: row.account_id,
  playbook: row.playbook,
  agent: row.agent,
  class: row.class,
  arm: row.arm,
  urgency: row.urgency,
  round: row.round,
  ordinal: row.ordinal,
  revision: row.revision,
  step: row.step,
  tool: row.tool,
  toolVersion: row.tool_version,
  args: row.args,
  reason: row.reason,
  mandatory: row.mandatory,
  preview: row.preview,
  actionDigest: row.action_digest,
  status: row.status,
  statusReason: row.status_reason,
  holdUntil: row.hold_until,
  drafted: row.drafted,
  proposedAt: row.proposed_at,
  proposedBy: row.proposed_by,
  readUntrusted: row.read_untrusted,
  ungrounded: row.ungrounded,
  declined: row.declined,
  updatedAt: row.updated_at,
});

/**
 * Locks an account's row until the transaction ends: whatever is decided about one account is decided one after
 * another. Taken before anything that the decision rests on is read. Throws `account_not_found`.
 */
export const lockAccount = async (tx: TenantTx, accountId: string): Promise<void> => {
  const rows = await tx.query('select 1 from accounts where account_id = $1 for update', [
    accountId,
  ]);
  if (rows.length === 0)
    throw inputError('account_not_found', `there is no account \`${accountId}\``);
};

export interface ProposalFilter {
  readonly ids?: readonly string[];
  readonly accountId?: string;
  readonly caseId?: string;
  readonly round?: number;
  readonly world?: string;
  readonly statuses?: readonly ProposalStatus[];
}

/** Proposals in the order of their rounds; of one place in a round, revisions in order. */
export const selectProposals = async (
  tx: TenantTx,
  filter: ProposalFilter,
): Promise<StoredProposal[]> => {
  const rows = await tx.query<ProposalRow>(
    `select * from proposals
      where ($1::text[] is null or proposal_id = any($1))
        and ($2::text is null or account_id = $2)
        and ($3::text is null or case_id = $3)
        and ($4::int is null or round = $4)
        and ($5::text is null or world = $5)
        and ($6::text[] is null or status = any($6))
      order by case_id, round, ordinal, revision`,
    [
      filter.ids ?? null,
      filter.accountId ?? null,
      filter.caseId ?? null,
      filter.round ?? null,
      filter.world ?? null,
      filter.statuses ?? null,
    ],
  );
  return rows.map(toProposal);
};

/** Statuses from which a proposal may still lead to something. */
export const LIVE_STATUSES: readonly ProposalStatus[] = [
  'proposed',
  'held',
  'pending_approval',
  'approved',
  'permitted',
];

/**
 * What may still happen on an account, and what was done since there and on accounts that were merged into it. Account by
 * account, so that each is found by the index and what was ever done elsewhere is not read.
 */
export const selectForSettling = async (
  tx: TenantTx,
  account: { readonly accountId: string; readonly world: string; readonly doneSince: Instant },
): Promise<StoredProposal[]> => {
  const rows = await tx.query<ProposalRow>(
    `select found.* from (
       select $1::text as account_id union all select account_id from account_profiles where merged_into = $1
     ) as account cross join lateral (
       select * from proposals
       where account_id = account.account_id and world = $2
         and (status = 'done' and updated_at >= $4 or account.account_id = $1 and status = any($3))
       offset 0
     ) as found order by case_id, round, ordinal, revision`,
    [account.accountId, account.world, LIVE_STATUSES, account.doneSince],
  );
  return rows.map(toProposal);
};

/** Writes a new proposal; false when that place of the round is taken. */
export const insertProposal = async (tx: TenantTx, entry: StoredProposal): Promise<boolean> => {
  const rows = await tx.query(
    `insert into proposals (tenant_id, proposal_id, world, case_id, account_id, playbook, agent, class, arm, urgency,
       round, ordinal, revision, step, tool, tool_version, args, reason, mandatory, preview, action_digest, status,
       status_reason, hold_until, proposed_at, proposed_by, updated_at, read_untrusted, ungrounded, declined)
     values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24,$25,$26,$27,$28,$29,$30)
     on conflict do nothing returning proposal_id`,
    [
      tx.tenantId,
      entry.id,
      entry.world,
      entry.caseId,
      entry.accountId,
      entry.playbook,
      entry.agent,
      entry.class,
      entry.arm,
      entry.urgency,
      entry.round,
      entry.ordinal,
      entry.revision,
      entry.step,
      entry.tool,
      entry.toolVersion,
      entry.args,
      entry.reason,
      entry.mandatory,
      entry.preview,
      entry.actionDigest,
      entry.status,
      entry.statusReason,
      entry.holdUntil,
      entry.proposedAt,
      entry.proposedBy,
      entry.updatedAt,
      entry.readUntrusted,
      entry.ungrounded,
      entry.declined,
    ],
  );
  return rows.length > 0;
};

export interface Move {
  readonly id: string;
  readonly status: ProposalStatus;
  readonly statusReason: string | null;
  readonly holdUntil: Instant | null;
  /** Once set it stays. */
  readonly drafted?: boolean;
}

export const moveProposal = async (tx: TenantTx, move: Move, now: Instant): Promise<void> => {
  await tx.query(
    `update proposals set status = $2, status_reason = $3, hold_until = $4, updated_at = $5, drafted = drafted or $6
      where proposal_id = $1`,
    [move.id, move.status, move.statusReason, move.holdUntil, now, move.drafted === true],
  );
};

/** Accounts with a hold that has ended, those who waited longest first. */
export const selectDueHolds = async (
  tx: TenantTx,
  world: string,
  now: Instant,
): Promise<string[]> => {
  const rows = await tx.query<{ account_id: string }>(
    `select account_id, min(hold_until) as since from proposals
      where world = $1 and hold_until <= $2 group by account_id order by since, account_id`,
    [world, now],
  );
  return rows.map(({ account_id }) => account_id);
};
