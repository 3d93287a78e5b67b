import type { Case } from '../../domain/case.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { Closed } from './cool-down.ts';

/** One account's part in an experiment, as it was first set. */
export interface Enrolment {
  readonly experiment: string;
  readonly rootAccountId: string;
  readonly arm: Case['arm'];
  readonly holdoutBasisPoints: number;
}

export const enrolmentKey = (entry: Pick<Enrolment, 'experiment' | 'rootAccountId'>): string =>
  `${entry.experiment}\n${entry.rootAccountId}`;

/** Enrols accounts once, and gives back the arm that each has had since it was first eligible. */
export const enrol = async (
  tx: TenantTx,
  world: string,
  entries: readonly Enrolment[],
  now: Instant,
): Promise<ReadonlyMap<string, Case['arm']>> => {
  await tx.bulkInsert(
    'experiment_arms',
    {
      tenant_id: 'text',
      world: 'text',
      experiment: 'text',
      root_account_id: 'text',
      arm: 'text',
      holdout_basis_points: 'integer',
      eligible_at: 'timestamptz',
    },
    entries.map((entry) => [
      tx.tenantId,
      world,
      entry.experiment,
      entry.rootAccountId,
      entry.arm,
      entry.holdoutBasisPoints,
      now,
    ]),
    'on conflict do nothing',
  );
  const rows = await tx.query<{ experiment: string; root_account_id: string; arm: Case['arm'] }>(
    `select experiment, root_account_id, arm from experiment_arms
      where world = $1 and root_account_id = any($2::text[])`,
    [world, entries.map(({ rootAccountId }) => rootAccountId)],
  );
  return new Map(
    rows.map((row) => [
      enrolmentKey({ experiment: row.experiment, rootAccountId: row.root_account_id }),
      row.arm,
    ]),
  );
};

export const occurrenceKey = (entry: Pick<Case, 'playbook' | 'accountId' | 'subject'>): string =>
  [entry.playbook, entry.accountId, entry.subject].join('\n');

/** The last closing of each matter of these accounts, and of those that were merged into them. */
export const lastClosings = async (
  tx: TenantTx,
  world: string,
  accountIds: readonly string[],
): Promise<ReadonlyMap<string, Closed>> => {
  const rows = await tx.query<{
    playbook: string;
    account_id: string;
    subject: string;
    closed_at: Instant;
    urgency: number;
  }>(
    `select distinct on (playbook, account_id, subject) playbook, account_id, subject, closed_at, urgency from (
       select c.playbook, coalesce(p.merged_into, c.account_id) as account_id, c.subject, c.closed_at, c.urgency
         from (
           select unnest($2::text[]) as account_id
           union select account_id from account_profiles where merged_into = any($2)
         ) as asked
         cross join lateral (
           select * from cases where account_id = asked.account_id and world = $1 and status = 'closed' and round > 0
           offset 0
         ) as c
         left join account_profiles p on p.account_id = c.account_id
     ) as closings
      order by playbook, account_id, subject, closed_at desc`,
    [world, accountIds],
  );
  return new Map(
    rows.map((row) => [
      occurrenceKey({ playbook: row.playbook, accountId: row.account_id, subject: row.subject }),
      { closedAt: row.closed_at, urgency: row.urgency },
    ]),
  );
};

/** How many cases each owner got since then; the key of nobody's is the empty text. Held-out ones cost no attention. */
export const openedSince = async (
  tx: TenantTx,
  world: string,
  since: Instant,
): Promise<ReadonlyMap<string, number>> => {
  const rows = await tx.query<{ owner: string; count: number }>(
    `select coalesce(owner_id, '') as owner, count(*) as count from cases
      where world = $1 and arm = 'treatment' and (status = 'open' or round > 0) and opened_at > $2
      group by 1`,
    [world, since],
  );
  return new Map(rows.map(({ owner, count }) => [owner, count]));
};
