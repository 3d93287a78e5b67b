import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { InAppMessage, Reaction } from './message.ts';

const COLUMNS = `message_id as id, account_id as "accountId", case_id as "caseId", contact_id as "contactId",
  recipient_email as "recipientEmail", audience, template_id as "templateId", language, subject, body,
  action_label as "actionLabel", action_url as "actionUrl", placed_at as "placedAt", expires_at as "expiresAt",
  withdrawn_at as "withdrawnAt", first_seen_at as "firstSeenAt"`;

/** Places it, or leaves the one that its key placed before. Returns the message that stands. */
export const placeMessage = async (
  tx: TenantTx,
  key: string,
  message: Omit<InAppMessage, 'withdrawnAt' | 'firstSeenAt'>,
): Promise<InAppMessage> => {
  await tx.query(
    `insert into in_app_messages (tenant_id, message_id, key, account_id, case_id, contact_id, recipient_email, audience,
       template_id, language, subject, body, action_label, action_url, placed_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) on conflict do nothing`,
    [
      tx.tenantId,
      message.id,
      key,
      message.accountId,
      message.caseId,
      message.contactId,
      message.recipientEmail,
      message.audience,
      message.templateId,
      message.language,
      message.subject,
      message.body,
      message.actionLabel,
      message.actionUrl,
      message.placedAt,
      message.expiresAt,
    ],
  );
  const [placed] = await tx.query<InAppMessage>(
    `select ${COLUMNS} from in_app_messages where key = $1`,
    [key],
  );
  if (placed === undefined) throw new Error(`message ${message.id} was neither placed nor found`);
  return placed;
};

/** Most that is shown to one account at a time; the newest win. */
const MOST_SHOWN = 20;

/** What may be shown to these accounts now, the newest first, with who has put it away already. */
export const shownTo = (
  tx: TenantTx,
  accountIds: readonly string[],
  now: Instant,
): Promise<(InAppMessage & { readonly doneWith: readonly string[] })[]> =>
  tx.query(
    `select m.*, coalesce(array(select r.user_hash from in_app_receipts r where r.tenant_id = $4
         and r.message_id = m.id and (r.dismissed_at is not null or r.clicked_at is not null)), '{}') as "doneWith"
     from (select ${COLUMNS}, row_number() over (partition by account_id order by placed_at desc, message_id) as place
           from in_app_messages
           where account_id = any($1::text[]) and withdrawn_at is null and placed_at <= $2 and expires_at > $2) m
     where m.place <= $3 order by "placedAt" desc, id`,
    [accountIds, now, MOST_SHOWN, tx.tenantId],
  );

/** Locked until the transaction ends. */
export const lockMessage = async (tx: TenantTx, id: string): Promise<InAppMessage | null> => {
  const [row] = await tx.query<InAppMessage>(
    `select ${COLUMNS} from in_app_messages where message_id = $1 for update`,
    [id],
  );
  return row ?? null;
};

/** Keeps what a user did, once. True when it is new. Doing anything means having seen it. */
export const saveReaction = async (
  tx: TenantTx,
  input: {
    readonly messageId: string;
    readonly userHash: string;
    readonly reaction: Reaction;
    readonly now: Instant;
  },
): Promise<boolean> => {
  await tx.query(
    `insert into in_app_receipts (tenant_id, message_id, user_hash) values ($1, $2, $3) on conflict do nothing`,
    [tx.tenantId, input.messageId, input.userHash],
  );
  const { messageId, userHash, reaction, now } = input;
  const changed = await tx.query(`${SET_REACTION[reaction]} returning message_id`, [
    messageId,
    userHash,
    now,
  ]);
  return changed.length > 0;
};

const SET_REACTION: Readonly<Record<Reaction, string>> = {
  seen: `update in_app_receipts set seen_at = $3
    where message_id = $1 and user_hash = $2 and seen_at is null`,
  dismissed: `update in_app_receipts set dismissed_at = $3, seen_at = coalesce(seen_at, $3)
    where message_id = $1 and user_hash = $2 and dismissed_at is null`,
  clicked: `update in_app_receipts set clicked_at = $3, seen_at = coalesce(seen_at, $3)
    where message_id = $1 and user_hash = $2 and clicked_at is null`,
};

export const saveFirstSeen = async (tx: TenantTx, id: string, now: Instant): Promise<void> => {
  await tx.query(
    'update in_app_messages set first_seen_at = $2 where message_id = $1 and first_seen_at is null',
    [id, now],
  );
};

/** True when it was still shown to somebody. */
export const markWithdrawn = async (
  tx: TenantTx,
  id: string,
  by: string,
  now: Instant,
): Promise<boolean> => {
  const rows = await tx.query(
    `update in_app_messages set withdrawn_at = $2, withdrawn_by = $3
     where message_id = $1 and withdrawn_at is null returning message_id`,
    [id, now, by],
  );
  return rows.length > 0;
};

/** What is still shown for a case, locked. */
export const lockShownOfCase = (
  tx: TenantTx,
  caseId: string,
  now: Instant,
): Promise<InAppMessage[]> =>
  tx.query<InAppMessage>(
    `select ${COLUMNS} from in_app_messages
     where case_id = $1 and withdrawn_at is null and expires_at > $2 order by message_id for update`,
    [caseId, now],
  );

export interface MessageCounts extends InAppMessage {
  readonly seen: number;
  readonly dismissed: number;
  readonly clicked: number;
}

/** The newest first, with how many users did what. */
export const listMessages = (
  tx: TenantTx,
  filter: { readonly accountId?: string; readonly limit: number },
): Promise<MessageCounts[]> =>
  tx.query<MessageCounts>(
    `select m.*, count(r.seen_at)::int as seen, count(r.dismissed_at)::int as dismissed,
       count(r.clicked_at)::int as clicked
     from (select ${COLUMNS} from in_app_messages where ($1::text is null or account_id = $1)
           order by placed_at desc, message_id limit $2) m
     left join in_app_receipts r on r.tenant_id = $3 and r.message_id = m.id
     group by m.id, m."accountId", m."caseId", m."contactId", m."recipientEmail", m.audience, m."templateId", m.language,
       m.subject, m.body, m."actionLabel", m."actionUrl", m."placedAt", m."expiresAt", m."withdrawnAt", m."firstSeenAt"
     order by m."placedAt" desc, m.id`,
    [filter.accountId ?? null, filter.limit, tx.tenantId],
  );
