import type { Correlation, InboundMail } from '../../connectors/email/inbound.ts';
import type { IncomingEvent } from '../../domain/event.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import { addHours, type Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { reportTrouble } from '../autonomy/autonomy.ts';
import { loadCase } from '../cases/case-store.ts';
import { beginAnew } from '../cases/void-round.ts';
import type { OutboxRow } from '../outbox/row.ts';
import { markOf, suppress } from '../outbox/suppression.ts';
import { voidProposals } from '../settle/conclude.ts';
import { lockAccount, selectProposals } from '../settle/store.ts';
import { openTask, type Accept } from '../tasks/tasks.ts';
import { countPassing, insertFeedback, lastSentTo, messageSent } from './mail-store.ts';

/** What was made of a mail. `unrelated`: it is about no message of ours; nothing of it is kept. */
export const MAIL_TAKEN = [
  'bounced',
  'delayed',
  'complained',
  'replied',
  'automatic',
  'duplicate',
  'unrelated',
] as const;
export type MailTaken = (typeof MAIL_TAKEN)[number];

interface Receiving {
  readonly config: TenantConfig;
  readonly now: Instant;
  /** Accepts events, in this transaction. */
  readonly accept: Accept;
}

/** A row that reached a contact of an account. */
type Sent = OutboxRow & { readonly accountId: string };

/** So many bounces that do not last, of different messages, and an address counts as dead. */
const PASSING_BOUNCES = 3;
const PASSING_HOURS = 30 * 24;

/** Whoever answers without naming a message answers the last one that they got, if it is no older. */
const ANSWER_HOURS = 30 * 24;

/**
 * Takes a mail that came back, once: a bounce or a complaint ends what its recipient is sent, and lowers autonomy where
 * somebody complained; an answer stops its case's further steps and asks the owner to answer. Each becomes an event of
 * the account. A report counts only for a message that we did send, and for that message's recipient, whatever it
 * claims besides: reports are easily forged.
 */
export const receiveMail = async (
  tx: TenantTx,
  mail: InboundMail,
  context: Receiving,
): Promise<MailTaken> => {
  const { meaning } = mail;
  if (meaning.kind === 'automatic') return 'automatic';
  if (meaning.kind === 'other') return 'unrelated';
  const row = await rowFor(
    tx,
    mail.about,
    meaning.kind === 'replied' ? meaning.from : null,
    context,
  );
  const address = row?.effect.recipient?.email;
  if (row === null || address === undefined) return 'unrelated';
  const kind = meaning.kind === 'bounced' && !meaning.lasting ? 'delayed' : meaning.kind;
  await lockAccount(tx, row.accountId);
  const { addressHash } = await markOf(tx, address);
  const status = meaning.kind === 'bounced' ? meaning.status : null;
  const { actionId, accountId } = row;
  const feedback = { digest: mail.digest, kind, status, addressHash, actionId, accountId } as const;
  if (!(await insertFeedback(tx, { ...feedback, receivedAt: context.now }))) return 'duplicate';
  if (kind === 'replied') await takeReply(tx, row, mail.digest, context);
  else await takeFailure(tx, row, { ...feedback, kind, address }, context);
  return kind;
};

const rowFor = async (
  tx: TenantTx,
  about: Correlation,
  from: string | null,
  { now }: Receiving,
): Promise<Sent | null> => {
  const named = await messageSent(tx, about);
  const row =
    named ?? (from === null ? null : await lastSentTo(tx, from, addHours(now, -ANSWER_HOURS)));
  const accountId = row?.accountId ?? null;
  return row === null || accountId === null ? null : { ...row, accountId };
};

const takeFailure = async (
  tx: TenantTx,
  row: Sent,
  failure: {
    readonly digest: string;
    readonly kind: 'bounced' | 'delayed' | 'complained';
    readonly status: string | null;
    readonly addressHash: string;
    readonly address: string;
  },
  { now, accept }: Receiving,
): Promise<void> => {
  const { kind, status, address } = failure;
  await accept([deliveryEvent(row, failure.digest, kind, status, now)]);
  const passing =
    kind === 'delayed'
      ? await countPassing(tx, failure.addressHash, addHours(now, -PASSING_HOURS))
      : 0;
  if (kind === 'delayed' && passing < PASSING_BOUNCES) return;
  const reason = {
    bounced: `bounced: ${status ?? ''}`,
    delayed: `bounced ${String(passing)} times: ${status ?? ''}`,
    complained: 'complained: called it spam',
  }[kind];
  await suppress(tx, { address, reason, by: 'retinue', now });
  if (kind === 'complained') await lowerAutonomy(tx, row, now);
};

/** The complaint counts against the action that sent it. */
const lowerAutonomy = async (tx: TenantTx, row: Sent, now: Instant): Promise<void> => {
  if (row.proposalId === null) return;
  const [proposal] = await selectProposals(tx, { ids: [row.proposalId] });
  if (proposal === undefined) return;
  const { playbook, tool: action } = proposal;
  await reportTrouble(tx, { playbook, action, kind: 'complaint', subject: row.actionId, now });
};

/** What waits of the case rested on silence: it is void, and the next round decides with the answer as a fact. */
const takeReply = async (
  tx: TenantTx,
  row: Sent,
  digest: string,
  { config, now, accept }: Receiving,
): Promise<void> => {
  await accept([
    event(row, 'touch.changed', `reply:${digest}`, now, {
      touchId: `reply-${digest.slice(0, 24)}`,
      at: now,
      channel: 'email',
      direction: 'in',
      by: 'customer',
      ...contactOf(row),
    }),
  ]);
  const entry = row.caseId === null ? null : await loadCase(tx, row.caseId);
  if (entry?.status === 'open') {
    const reason = 'a contact has answered';
    await voidProposals(tx, { caseId: entry.id, reason, now });
    await beginAnew(tx, { entry, reason, now });
  }
  await openTask(tx, {
    world: row.world,
    key: `reply/${digest}`,
    ...{ actionId: row.actionId, accountId: row.accountId, caseId: row.caseId },
    draft: {
      kind: 'answer_reply',
      title: 'Answer a contact who wrote back',
      assignee: row.ownerId ?? '',
      dueBusinessDays: 1,
      reason: `they answered “${row.effect.message?.subject ?? ''}”; nothing more goes to them by itself until somebody has written`,
      draft: '',
    },
    ...{ config, now, accept },
  });
};

const contactOf = ({ effect: { recipient } }: Sent): JsonObject =>
  recipient === null ? {} : { contactId: recipient.contactId };

const deliveryEvent = (
  row: Sent,
  digest: string,
  outcome: 'bounced' | 'delayed' | 'complained',
  status: string | null,
  now: Instant,
): IncomingEvent =>
  event(row, 'delivery.changed', `${outcome}:${digest}`, now, {
    deliveryId: `mail-${digest.slice(0, 24)}`,
    actionId: row.actionId,
    at: now,
    outcome,
    ...(status === null ? {} : { status }),
    ...contactOf(row),
  });

const event = (
  row: Sent,
  type: string,
  eventId: string,
  at: Instant,
  payload: JsonObject,
): IncomingEvent => ({
  ...{ eventId, type, payload, occurredAt: at, source: 'retinue', trust: 'server' },
  ref: { source: 'retinue', externalId: row.accountId },
});
