import {
  isFor,
  REACTIONS,
  type InAppMessage,
  type Reaction,
  type Viewer,
} from '../../connectors/in-app/message.ts';
import {
  listMessages,
  lockMessage,
  lockShownOfCase,
  markWithdrawn,
  saveFirstSeen,
  saveReaction,
  shownTo,
} from '../../connectors/in-app/message-store.ts';
import { LIVE } from '../../domain/case.ts';
import { inputError } from '../../domain/errors.ts';
import type { IncomingEvent } from '../../domain/event.ts';
import type { Person } from '../../domain/person.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { record } from '../ledger/ledger.ts';

export { listMessages, REACTIONS };
export type { Viewer };

/** What a message looks like to whom it is shown: nothing of the case, the contact or the account. */
export interface ShownMessage {
  readonly id: string;
  readonly subject: string;
  readonly text: string;
  readonly language: string;
  readonly action: { readonly label: string; readonly url: string } | null;
  readonly placedAt: Instant;
  readonly expiresAt: Instant;
}

/** What each of several viewers of one tenant is to be shown now, in their order, the newest message first. */
export const shownNow = async (
  tx: TenantTx,
  viewers: readonly Viewer[],
  now: Instant,
): Promise<ShownMessage[][]> => {
  const accountIds = [...new Set(viewers.map(({ accountId }) => accountId))];
  const messages = await shownTo(tx, accountIds, now);
  return viewers.map((viewer) =>
    messages
      .filter((each) => isFor(each, viewer) && !each.doneWith.includes(viewer.userHash))
      .map(shown),
  );
};

const shown = (message: InAppMessage): ShownMessage => ({
  id: message.id,
  subject: message.subject,
  text: message.body,
  language: message.language,
  action:
    message.actionLabel === null || message.actionUrl === null
      ? null
      : { label: message.actionLabel, url: message.actionUrl },
  placedAt: message.placedAt,
  expiresAt: message.expiresAt,
});

/**
 * What a viewer did about a message, once: kept, in the ledger, and as an event of the touch, which stands from then on
 * at the moment the message was first seen. Errors: `message_not_found`, also for somebody else's.
 */
export const react = async (
  tx: TenantTx,
  input: {
    readonly viewer: Viewer;
    readonly messageId: string;
    readonly reaction: Reaction;
    readonly now: Instant;
    readonly accept: (events: readonly IncomingEvent[]) => Promise<void>;
  },
): Promise<void> => {
  const { viewer, messageId, reaction, now } = input;
  const message = await lockMessage(tx, messageId);
  if (message === null || !isFor(message, viewer))
    throw inputError('message_not_found', `there is no message \`${messageId}\` for this user`);
  const { userHash } = viewer;
  if (!(await saveReaction(tx, { messageId, userHash, reaction, now }))) return;
  await saveFirstSeen(tx, messageId, now);
  await note(tx, message, { what: reaction }, now);
  // Others of the account who see it too add nothing to what the contact was told.
  if (reaction === 'seen' && message.firstSeenAt !== null) return;
  await input.accept([touchOf(message, userHash, reaction, now)]);
};

const touchOf = (
  message: InAppMessage,
  userHash: string,
  reaction: Reaction,
  now: Instant,
): IncomingEvent => ({
  eventId: `in-app:${message.id}:${reaction}:${userHash}`,
  source: 'retinue',
  type: 'touch.changed',
  occurredAt: now,
  trust: 'server',
  ref: { source: 'retinue', externalId: message.accountId },
  payload: {
    touchId: message.id,
    at: message.firstSeenAt ?? now,
    channel: 'in_app',
    direction: 'out',
    contactId: message.contactId,
    by: 'retinue',
    actionId: message.id,
    outcome: reaction,
  },
});

/** Shows it to nobody more. Errors: `message_not_found`, `already_withdrawn`. */
export const withdraw = async (
  tx: TenantTx,
  input: { readonly messageId: string; readonly by: Person; readonly now: Instant },
): Promise<void> => {
  const message = await lockMessage(tx, input.messageId);
  if (message === null)
    throw inputError('message_not_found', `there is no in-app message \`${input.messageId}\``);
  if (!(await markWithdrawn(tx, message.id, input.by.id, input.now)))
    throw inputError('already_withdrawn', `message \`${message.id}\` is withdrawn already`);
  await note(tx, message, { what: 'withdrawn' }, input.now, input.by.id);
};

/** The cause is gone: what was placed for the case is shown no more. */
export const withdrawForCase = async (
  tx: TenantTx,
  input: { readonly caseId: string; readonly by: string; readonly now: Instant },
): Promise<void> => {
  for (const message of await lockShownOfCase(tx, input.caseId, input.now)) {
    await markWithdrawn(tx, message.id, input.by, input.now);
    await note(tx, message, { what: 'withdrawn' }, input.now);
  }
};

const note = async (
  tx: TenantTx,
  message: InAppMessage,
  body: { readonly what: Reaction | 'withdrawn' },
  at: Instant,
  personId?: string,
): Promise<void> => {
  await record(tx, {
    world: LIVE.id,
    kind: 'in_app',
    subjects: {
      accountId: message.accountId,
      actionId: message.id,
      ...(message.caseId === null ? {} : { caseId: message.caseId }),
      ...(personId === undefined ? {} : { personId }),
    },
    body,
    at,
  });
};
