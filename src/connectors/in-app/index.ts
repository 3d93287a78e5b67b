import { bug } from '../../domain/errors.ts';
import { addHours } from '../../domain/time.ts';
import { defineConnector, isLive, type TransactionalPort } from '../define.ts';
import { placeMessage } from './message-store.ts';

/** Places messages that the product shows: rows of our own database, read by the widget. */
export const inAppPort: TransactionalPort = {
  id: 'in_app',
  guarantee: 'transactional',
  describe: 'messages within the product',
  performIn: async (tx, effect, { caseId, now }) => {
    const { message, recipient } = effect;
    if (message?.inApp === undefined)
      return { outcome: 'refused', reason: 'there is no in-app message' };
    if (recipient === null) return { outcome: 'refused', reason: 'there is no recipient' };
    const { audience, expiresInHours, action } = message.inApp;
    const placed = await placeMessage(tx, effect.key, {
      id: effect.actionId,
      accountId: effect.accountId,
      caseId,
      contactId: recipient.contactId,
      recipientEmail: recipient.email.trim().toLowerCase(),
      audience,
      templateId: message.templateId,
      language: message.language,
      subject: message.subject,
      body: message.text,
      actionLabel: action?.label ?? null,
      actionUrl: action?.url ?? null,
      placedAt: now,
      expiresAt: addHours(now, expiresInHours),
    });
    return { outcome: 'done', receipt: { messageId: placed.id, expiresAt: placed.expiresAt } };
  },
  close: async () => undefined,
};

export default defineConnector({
  id: 'in_app',
  title: 'Messages in the product',
  guarantee:
    'Exactly once: a message is a row of our own database, written in the transaction that records it as done. It can be ' +
    'withdrawn as long as it is shown.',
  open: (world) => {
    if (!isLive(world))
      throw bug('not_live', 'a live connector was asked for outside the live world');
    return inAppPort;
  },
});
