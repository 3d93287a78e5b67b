import { messageIdOf } from '../../connectors/email/compose.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { openTask, type Accept } from '../tasks/tasks.ts';
import type { OutboxRow } from './row.ts';

/** The kind of the task that asks a person what became of an effect; finishing it settles the row. */
export const CHECK_KIND = 'check_delivery';

/** What a person may answer. `send_again` only after they made sure that it did not arrive. */
export const CHECK_OUTCOMES = ['sent', 'not_sent', 'send_again'] as const;
export type CheckOutcome = (typeof CHECK_OUTCOMES)[number];

export const checkKey = (row: Pick<OutboxRow, 'actionId' | 'leaseEpoch'>): string =>
  `check/${row.actionId}/${row.leaseEpoch}`;

/** Opens a task for a row that ended `unknown` or `failed`: nothing that was decided is lost in silence. */
export const openTrouble = async (
  tx: TenantTx,
  row: OutboxRow,
  context: { readonly config: TenantConfig; readonly now: Instant; readonly accept: Accept },
): Promise<void> => {
  const isUnknown = row.status === 'unknown';
  await openTask(tx, {
    world: row.world,
    key: isUnknown ? checkKey(row) : `failed/${row.actionId}/${row.leaseEpoch}`,
    actionId: row.actionId,
    accountId: row.accountId,
    caseId: row.caseId,
    draft: {
      kind: isUnknown ? CHECK_KIND : 'delivery_failed',
      title: isUnknown ? 'Find out whether a message arrived' : 'A message could not be sent',
      assignee: row.ownerId ?? '',
      dueBusinessDays: 1,
      reason: row.reasons.at(-1)?.text ?? row.status,
      draft: isUnknown ? whatToCheck(row) : whatFailed(row),
    },
    ...context,
  });
};

const whatToCheck = (row: OutboxRow): string =>
  [
    'This message may or may not have been sent, and it is not sent again by itself.',
    ...describe(row),
    '',
    `Look for the Message-ID in the mail server's log or in the folder of sent mail. Then finish this task with the`,
    'outcome `sent` (it went out), `not_sent` (it did not, leave it) or `send_again` (it did not, send it now).',
  ].join('\n');

const whatFailed = (row: OutboxRow): string =>
  [
    `It was tried ${row.attempts} times and is given up.`,
    ...describe(row),
    '',
    'Check the connection to the mail server (`retinue doctor`); reach the contact in another way if it cannot wait.',
  ].join('\n');

const describe = (row: OutboxRow): string[] => {
  const { recipient, sender, message } = row.effect;
  return [
    `Action: ${row.actionId}`,
    ...(recipient === null ? [] : [`To: ${recipient.name} <${recipient.email}>`]),
    ...(message === null ? [] : [`Subject: ${message.subject}`]),
    ...(sender === null ? [] : [`Message-ID: ${messageIdOf(row.effect, sender.email)}`]),
    ...(row.startedAt === null ? [] : [`Last tried: ${row.startedAt}`]),
  ];
};
