import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';

/**
 * How many tasks an owner got in the week before `now`, when the oldest of them was opened, and how many tasks that
 * are due for the owner rank before this one: what is at risk times how urgent, then by id. Waits for others that ask
 * about the same owner.
 */
export const attentionOf = async (
  tx: TenantTx,
  asked: {
    readonly world: string;
    readonly ownerId: string;
    readonly actionId: string;
    readonly caseId: string;
    readonly now: Instant;
  },
): Promise<{ readonly spent: number; readonly oldest: Instant | null; readonly ahead: number }> => {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `attention/${tx.tenantId}/${asked.world}/${asked.ownerId}`,
  ]);
  const [week] = await tx.query<{ spent: number; oldest: Instant | null }>(
    `select count(*)::int as spent, min(opened_at) as oldest from tasks
     where world = $1 and owner_id = $2 and opened_at > $3::timestamptz - interval '7 days' and action_id is not null`,
    [asked.world, asked.ownerId, asked.now],
  );
  const [waiting] = await tx.query<{ ahead: number }>(
    `select count(*)::int as ahead from outbox o join cases c using (tenant_id, case_id)
     join cases own on own.tenant_id = o.tenant_id and own.case_id = $4
     where o.world = $1 and o.port = 'tasks' and o.status in ('held', 'ready') and o.action_id <> $3
       and o.effect #>> '{task,assignee}' = $2 and c.class not in ('comply', 'collect')
       and (c.rank > own.rank or (c.rank = own.rank and o.action_id < $3))`,
    [asked.world, asked.ownerId, asked.actionId, asked.caseId],
  );
  return { spent: week?.spent ?? 0, oldest: week?.oldest ?? null, ahead: waiting?.ahead ?? 0 };
};

/** The class of a case's playbook. */
export const classOfCase = async (tx: TenantTx, caseId: string): Promise<string | null> => {
  const [row] = await tx.query<{ class: string }>('select class from cases where case_id = $1', [
    caseId,
  ]);
  return row?.class ?? null;
};
