import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { Approval, ApprovalStatus, Vote } from './approval.ts';

interface ApprovalRow {
  readonly approval_id: string;
  readonly proposal_id: string;
  readonly decision_id: string;
  readonly case_id: string;
  readonly account_id: string;
  readonly world: string;
  readonly status: ApprovalStatus;
  readonly status_reason: string | null;
  readonly roles: string[];
  readonly quorum: number;
  readonly rules: string[];
  readonly action_digest: string;
  readonly bound: Approval['bound'];
  readonly requested_at: Instant;
  readonly expires_at: Instant;
  readonly decided_at: Instant | null;
}

interface VoteRow {
  readonly approval_id: string;
  readonly person_id: string;
  readonly vote: Vote['vote'];
  readonly note: string | null;
  readonly roles: string[];
  readonly at: Instant;
}

const toApproval = (row: ApprovalRow, votes: readonly VoteRow[]): Approval => ({
  id: row.approval_id,
  proposalId: row.proposal_id,
  decisionId: row.decision_id,
  caseId: row.case_id,
  accountId: row.account_id,
  world: row.world,
  status: row.status,
  statusReason: row.status_reason,
  roles: row.roles,
  quorum: row.quorum,
  rules: row.rules,
  digest: row.action_digest,
  bound: row.bound,
  requestedAt: row.requested_at,
  expiresAt: row.expires_at,
  decidedAt: row.decided_at,
  votes: votes
    .filter(({ approval_id }) => approval_id === row.approval_id)
    .map(({ approval_id: _, person_id, ...vote }) => ({ ...vote, personId: person_id })),
});

export interface ApprovalFilter {
  readonly ids?: readonly string[];
  readonly world?: string;
  readonly status?: ApprovalStatus;
  readonly statuses?: readonly ApprovalStatus[];
  readonly caseId?: string;
  readonly proposalIds?: readonly string[];
  readonly expiredAt?: Instant;
}

/** Approvals with their votes, those asked for first first. */
export const selectApprovals = async (
  tx: TenantTx,
  filter: ApprovalFilter,
): Promise<Approval[]> => {
  const statuses = filter.statuses ?? (filter.status === undefined ? null : [filter.status]);
  const rows = await tx.query<ApprovalRow>(
    `select * from approvals
      where ($1::text[] is null or approval_id = any($1))
        and ($2::text is null or world = $2)
        and ($3::text[] is null or status = any($3))
        and ($4::text is null or case_id = $4)
        and ($5::text[] is null or proposal_id = any($5))
        and ($6::timestamptz is null or expires_at <= $6)
      order by requested_at, approval_id`,
    [
      filter.ids ?? null,
      filter.world ?? null,
      statuses,
      filter.caseId ?? null,
      filter.proposalIds ?? null,
      filter.expiredAt ?? null,
    ],
  );
  const votes = await selectVotes(
    tx,
    rows.map(({ approval_id }) => approval_id),
  );
  return rows.map((row) => toApproval(row, votes));
};

const selectVotes = async (tx: TenantTx, ids: readonly string[]): Promise<VoteRow[]> =>
  ids.length === 0
    ? []
    : tx.query<VoteRow>(
        'select * from approval_votes where approval_id = any($1) order by at, person_id',
        [ids],
      );

/** The account that an approval is about, without a lock, so that its row can be locked first. */
export const accountOfApproval = async (
  tx: TenantTx,
  approvalId: string,
): Promise<string | null> => {
  const [row] = await tx.query<{ account_id: string }>(
    'select account_id from approvals where approval_id = $1',
    [approvalId],
  );
  return row?.account_id ?? null;
};

export const insertApproval = async (
  tx: TenantTx,
  entry: Omit<Approval, 'votes'>,
): Promise<void> => {
  await tx.query(
    `insert into approvals (tenant_id, approval_id, proposal_id, decision_id, world, account_id, case_id, status,
       roles, quorum, rules, action_digest, bound, requested_at, expires_at)
     values ($1,$2,$3,$4,$5,$6,$7,'pending',$8,$9,$10,$11,$12,$13,$14)`,
    [
      tx.tenantId,
      entry.id,
      entry.proposalId,
      entry.decisionId,
      entry.world,
      entry.accountId,
      entry.caseId,
      entry.roles,
      entry.quorum,
      entry.rules,
      entry.digest,
      entry.bound,
      entry.requestedAt,
      entry.expiresAt,
    ],
  );
};

/** Compare and set: moves an approval on if it still stands at `from`; false when somebody else was first. */
export const moveApproval = async (
  tx: TenantTx,
  move: {
    readonly id: string;
    readonly from: ApprovalStatus;
    readonly to: ApprovalStatus;
    readonly reason: string | null;
    readonly expiresAt?: Instant;
    readonly now: Instant;
  },
): Promise<boolean> => {
  const rows = await tx.query(
    `update approvals set status = $3, status_reason = $4, decided_at = coalesce(decided_at, $5),
       expires_at = coalesce($6, expires_at),
       consumed_xact = case when $3 = 'consumed' then pg_current_xact_id() end
      where approval_id = $1 and status = $2 returning approval_id`,
    [move.id, move.from, move.to, move.reason, move.now, move.expiresAt ?? null],
  );
  return rows.length > 0;
};

/** One vote a person: false when this person has voted. */
export const insertVote = async (
  tx: TenantTx,
  approvalId: string,
  vote: Vote,
): Promise<boolean> => {
  const rows = await tx.query(
    `insert into approval_votes (tenant_id, approval_id, person_id, vote, note, roles, at)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning person_id`,
    [tx.tenantId, approvalId, vote.personId, vote.vote, vote.note, vote.roles, vote.at],
  );
  return rows.length > 0;
};
