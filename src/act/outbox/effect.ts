import type { Effect } from '../../connectors/define.ts';
import type { IncomingEvent } from '../../domain/event.ts';
import { deriveId } from '../../domain/identifiers.ts';
import type { Proposal, TaskDraft } from '../../domain/proposal.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import type { Instant } from '../../domain/time.ts';
import type { OutboxRow } from './row.ts';

/** The id of the action that a proposal asks for: the same proposal is the same action, for ever. Pure. */
export const actionIdOf = (
  proposal: Pick<Proposal, 'caseId' | 'round' | 'ordinal' | 'revision'>,
): string => deriveId('act', proposal.caseId, proposal.round, proposal.ordinal, proposal.revision);

/**
 * What a proposal does when it is carried out. Its business key says what counts as the same thing, whatever round,
 * worker or revision asks for it: one template goes to one contact once a case, one kind of task is opened once a case.
 */
export const effectOf = (
  proposal: Proposal,
  options: Pick<Effect, 'tenantId' | 'sender' | 'unsubscribe'>,
): Effect => {
  const { port, message, recipient, task, deal } = proposal.preview;
  const what =
    port === 'tasks'
      ? ['task', task?.kind ?? '']
      : deal !== undefined
        ? ['deal', deal.kind, deal.stage]
        : [port, message?.templateId ?? '', recipient?.contactId ?? ''];
  return {
    key: [proposal.caseId, ...what].join('/'),
    tenantId: options.tenantId,
    accountId: proposal.accountId,
    actionId: actionIdOf(proposal),
    message: port === 'tasks' ? null : message,
    recipient: port === 'tasks' ? null : recipient,
    sender: port === 'email' ? options.sender : null,
    ...(options.unsubscribe === undefined ? {} : { unsubscribe: options.unsubscribe }),
    task: port === 'tasks' ? task : null,
    ...(deal === undefined ? {} : { deal }),
  };
};

/**
 * Whom a message comes from: the tenant's address, under the name of the account's owner where the account has one
 * (`Ana Ruiz (Lumenboard)`); answers go to the owner, and to where Retinue reads them. `null` when the tenant's files name no sender, and then nothing is sent. Pure.
 */
export const senderOf = (
  config: Pick<TenantConfig, 'contact' | 'owners'>,
  ownerId: string | null,
): Effect['sender'] => {
  const { sender } = config.contact;
  const owner = config.owners.find(({ id }) => id === ownerId);
  if (sender === null) return null;
  const answers = [...(owner === undefined ? [] : [owner.email]), ...listening(config)];
  return {
    name: owner === undefined ? sender.name : `${owner.name} (${sender.name})`,
    email: sender.email,
    ...(answers.length === 0 ? {} : { replyTo: answers }),
  };
};

const listening = ({ contact }: Pick<TenantConfig, 'contact'>): string[] =>
  contact.replyTo === undefined ? [] : [contact.replyTo];

/**
 * On the rung `draft` an outward proposal becomes a task that holds the rendered draft: a person sends it, or does not.
 * Enqueue it with the port `tasks`.
 */
export const draftEffectOf = (
  proposal: Proposal,
  options: {
    readonly tenantId: string;
    readonly assignee: string;
    readonly dueBusinessDays?: number;
  },
): Effect => {
  const sent = effectOf(proposal, { tenantId: options.tenantId, sender: null });
  const task: TaskDraft = proposal.preview.task ?? {
    kind: 'send_draft',
    title: `Review and ${sent.deal === undefined ? 'send' : 'do'}: ${proposal.preview.summary}`,
    assignee: options.assignee,
    dueBusinessDays: options.dueBusinessDays ?? 2,
    reason: proposal.reason,
    draft: draftText(proposal),
  };
  const { key, tenantId, accountId, actionId } = sent;
  const nobody = { message: null, recipient: null, sender: null };
  return { key: `${key}/draft`, tenantId, accountId, actionId, ...nobody, task };
};

const draftText = ({ preview: { recipient, message, summary } }: Proposal): string =>
  message === null && recipient === null
    ? summary
    : [
        `To: ${recipient === null ? 'no recipient' : `${recipient.name} <${recipient.email}>`}`,
        `Subject: ${message?.subject ?? ''}`,
        '',
        message?.text ?? '',
      ].join('\n');

/** Ports by the word that a touch has for them. */
const CHANNELS: Readonly<Record<string, string>> = { email: 'email', in_app: 'in_app' };

/** The receipt as an event: what reached out is a touch that counts towards the contact budget. Pure. */
export const receiptEvents = (row: OutboxRow, at: Instant): IncomingEvent[] =>
  !row.outward || row.accountId === null
    ? []
    : [
        {
          eventId: `sent:${row.actionId}`,
          source: 'retinue',
          type: 'touch.changed',
          occurredAt: at,
          trust: 'server',
          ref: { source: 'retinue', externalId: row.accountId },
          payload: {
            touchId: row.actionId,
            at,
            channel: CHANNELS[row.port] ?? 'other',
            direction: 'out',
            actionId: row.actionId,
            by: 'retinue',
            ...(row.effect.recipient === null ? {} : { contactId: row.effect.recipient.contactId }),
          },
        },
      ];
