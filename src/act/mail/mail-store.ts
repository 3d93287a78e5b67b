import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { OutboxRow } from '../outbox/row.ts';
import { COLUMNS } from '../outbox/store.ts';

export interface Feedback {
  readonly digest: string;
  readonly kind: 'bounced' | 'delayed' | 'complained' | 'replied';
  readonly status: string | null;
  readonly addressHash: string;
  readonly actionId: string;
  readonly accountId: string;
  readonly receivedAt: Instant;
}

/** False when this very report was taken before. */
export const insertFeedback = async (tx: TenantTx, feedback: Feedback): Promise<boolean> => {
  const rows = await tx.query(
    `insert into mail_feedback (tenant_id, digest, kind, status, address_hash, action_id, account_id, received_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning digest`,
    [
      tx.tenantId,
      feedback.digest,
      feedback.kind,
      feedback.status,
      feedback.addressHash,
      feedback.actionId,
      feedback.accountId,
      feedback.receivedAt,
    ],
  );
  return rows.length > 0;
};

/** Bounces that do not last, of an address, each message counted once. */
export const countPassing = async (
  tx: TenantTx,
  addressHash: string,
  since: Instant,
): Promise<number> => {
  const [row] = await tx.query<{ count: number }>(
    `select count(distinct action_id)::int as count from mail_feedback
     where address_hash = $1 and kind = 'delayed' and received_at > $2`,
    [addressHash, since],
  );
  return row?.count ?? 0;
};

/** The message of ours that one of these names, the first first. Live ones alone reached anybody. */
export const messageSent = async (
  tx: TenantTx,
  {
    messageIds,
    actionId,
  }: { readonly messageIds: readonly string[]; readonly actionId: string | null },
): Promise<OutboxRow | null> => {
  const [row] = await tx.query<OutboxRow>(
    `select ${COLUMNS} from outbox
     where world = 'live' and outward and port = 'email'
       and ((receipt is not null and receipt ->> 'messageId' = any($1)) or action_id = $2)
     order by array_position($1::text[], receipt ->> 'messageId') nulls last limit 1`,
    [[...messageIds], actionId],
  );
  return row ?? null;
};

/** The latest message that went to an address, no older than `since`. */
export const lastSentTo = async (
  tx: TenantTx,
  address: string,
  since: Instant,
): Promise<OutboxRow | null> => {
  const [row] = await tx.query<OutboxRow>(
    `select ${COLUMNS} from outbox
     where world = 'live' and outward and port = 'email' and status = 'done'
       and lower(effect #>> '{recipient,email}') = $1 and finished_at > $2
     order by finished_at desc limit 1`,
    [address.trim().toLowerCase(), since],
  );
  return row ?? null;
};
