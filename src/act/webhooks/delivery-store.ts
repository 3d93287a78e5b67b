import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { FeedEvent } from '../feed/feed-event.ts';
import type { Delivery } from './endpoint.ts';

const COLUMNS = `endpoint_id as "endpointId", position, event_id as "eventId", event_type as "eventType", status,
  attempts, next_attempt_at as "nextAttemptAt", last_attempt_at as "lastAttemptAt", last_answer as "lastAnswer",
  created_at as "createdAt", finished_at as "finishedAt"`;

/** Writes what is to be delivered; what is written already stays as it is. */
export const insertDeliveries = (
  tx: TenantTx,
  endpointId: string,
  events: readonly FeedEvent[],
  now: Instant,
): Promise<number> =>
  tx.bulkInsert(
    'webhook_deliveries',
    {
      tenant_id: 'text',
      endpoint_id: 'text',
      position: 'bigint',
      event_id: 'text',
      event_type: 'text',
      status: 'text',
      next_attempt_at: 'timestamptz',
      created_at: 'timestamptz',
    },
    events.map(({ id, type, position }) => [
      tx.tenantId,
      endpointId,
      position,
      id,
      type,
      'pending',
      now,
      now,
    ]),
    'on conflict do nothing',
  );

/** The oldest that is due; what is tried again later does not hold up what came after it. */
export const nextDue = async (
  tx: TenantTx,
  endpointId: string,
  now: Instant,
): Promise<Delivery | null> => {
  const [row] = await tx.query<Delivery>(
    `select ${COLUMNS} from webhook_deliveries
     where endpoint_id = $1 and status = 'pending' and next_attempt_at <= $2 order by position limit 1`,
    [endpointId, now],
  );
  return row ?? null;
};

export const saveAttempt = async (
  tx: TenantTx,
  delivery: Delivery,
  attempt: {
    readonly status: Delivery['status'];
    readonly answer: string;
    readonly nextAttemptAt: Instant | null;
    readonly now: Instant;
  },
): Promise<void> => {
  await tx.query(
    `update webhook_deliveries set status = $3, attempts = attempts + 1, last_answer = $4, next_attempt_at = $5,
       last_attempt_at = $6, finished_at = case when $3 = 'pending' then null else $6::timestamptz end
     where endpoint_id = $1 and position = $2 and status = 'pending'`,
    [
      delivery.endpointId,
      delivery.position,
      attempt.status,
      attempt.answer,
      attempt.nextAttemptAt,
      attempt.now,
    ],
  );
};

/** Puts everything undelivered on its way again, from the first attempt on. Returns how many. */
export const requeue = async (tx: TenantTx, endpointId: string, now: Instant): Promise<number> => {
  const rows = await tx.query(
    `update webhook_deliveries set status = 'pending', attempts = 0, next_attempt_at = $2, finished_at = null
     where endpoint_id = $1 and status in ('pending', 'given_up') returning position`,
    [endpointId, now],
  );
  return rows.length;
};

export interface DeliveryCounts {
  readonly endpointId: string;
  readonly pending: number;
  readonly delivered: number;
  readonly givenUp: number;
  readonly lastDeliveredAt: Instant | null;
  readonly lastAnswer: string | null;
}

/** By endpoint, of what is still kept. */
export const countDeliveries = (tx: TenantTx): Promise<DeliveryCounts[]> =>
  tx.query<DeliveryCounts>(
    `select endpoint_id as "endpointId",
       count(*) filter (where status = 'pending')::int as pending,
       count(*) filter (where status = 'delivered')::int as delivered,
       count(*) filter (where status = 'given_up')::int as "givenUp",
       max(finished_at) filter (where status = 'delivered') as "lastDeliveredAt",
       (array_agg(last_answer order by last_attempt_at desc nulls last))[1] as "lastAnswer"
     from webhook_deliveries group by endpoint_id`,
  );

/** The newest first. */
export const listDeliveries = (
  tx: TenantTx,
  filter: {
    readonly endpointId: string;
    readonly status?: Delivery['status'];
    readonly limit: number;
  },
): Promise<Delivery[]> =>
  tx.query<Delivery>(
    `select ${COLUMNS} from webhook_deliveries
     where endpoint_id = $1 and ($2::text is null or status = $2) order by position desc limit $3`,
    [filter.endpointId, filter.status ?? null, filter.limit],
  );

/** Forgets what was finished before a moment; the feed still has it. */
export const purgeDeliveries = async (tx: TenantTx, before: Instant): Promise<number> => {
  const rows = await tx.query(
    'delete from webhook_deliveries where finished_at < $1 returning position',
    [before],
  );
  return rows.length;
};
