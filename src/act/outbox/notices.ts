import type { Effect } from '../../connectors/define.ts';
import { LIVE, type World } from '../../domain/case.ts';
import { deriveId } from '../../domain/identifiers.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { remindDue, type Notice } from '../tasks/remind.ts';
import { insertRow } from './store.ts';

/**
 * The daily sweep of human tasks: absences, reminders, escalations (see `remindDue`), and an e-mail to whoever has to
 * know, through the outbox like every other. Such a notice needs no decision: the database lets it go to the assignee of
 * an open task and to nobody else. Call it once a day or oftener; it tells nobody twice.
 * In a world that is not live tasks move, and nobody is written to.
 */
export const sweepTasks = async (
  tx: TenantTx,
  input: { readonly world: World; readonly config: TenantConfig; readonly now: Instant },
): Promise<readonly Notice[]> => {
  const notices = await remindDue(tx, { ...input, world: input.world.id });
  if (input.world.kind !== 'live') return notices;
  for (const notice of notices) await enqueueNotice(tx, notice, input);
  return notices;
};

const enqueueNotice = async (
  tx: TenantTx,
  notice: Notice,
  input: { readonly config: TenantConfig; readonly now: Instant },
): Promise<void> => {
  const { task } = notice;
  if (task.assigneeEmail === null) return;
  const key = `notice/${notice.kind}/${task.id}/${task.revision}`;
  const actionId = deriveId('notice', tx.tenantId, key);
  const effect = effectOf(tx.tenantId, actionId, key, notice, task.assigneeEmail, input.config);
  await insertRow(tx, {
    actionId,
    world: LIVE.id,
    port: 'email',
    businessKey: key,
    accountId: null,
    caseId: null,
    playbook: null,
    proposalId: null,
    decisionId: null,
    approvalId: null,
    taskId: task.id,
    templateId: `internal.${notice.kind}`,
    outward: false,
    ownerId: task.assigneeId,
    effect,
    status: 'ready',
    reasons: [],
    notBefore: input.now,
    createdAt: input.now,
  });
};

const effectOf = (
  tenantId: string,
  actionId: string,
  key: string,
  notice: Notice,
  email: string,
  config: TenantConfig,
): Effect => ({
  key,
  tenantId,
  accountId: notice.task.accountId ?? '',
  actionId,
  message: {
    templateId: `internal.${notice.kind}`,
    templateVersion: '1',
    language: 'en',
    subject: `${HEADLINES[notice.kind]}: ${notice.task.title}`,
    text: textOf(notice),
  },
  recipient: {
    contactId: notice.task.assigneeId,
    email,
    name: nameOf(config, notice.task.assigneeId),
  },
  sender: config.contact.sender,
  task: null,
});

const HEADLINES: Readonly<Record<Notice['kind'], string>> = {
  reminder: 'Due soon',
  escalation: 'Overdue',
  reassignment: 'Handed to you',
};

const textOf = ({ kind, task }: Notice): string =>
  [
    `${HEADLINES[kind]}: ${task.title}`,
    '',
    `Due: ${task.dueOn}`,
    `Why it is yours: ${task.assignedBecause}`,
    `Reason: ${task.reason}`,
    '',
    `See it:  retinue task ${task.id}`,
    `Take it: retinue task ${task.id} accept`,
    `Finish:  retinue task ${task.id} done`,
    '',
  ].join('\n');

const nameOf = (config: TenantConfig, ownerId: string): string =>
  config.owners.find(({ id }) => id === ownerId)?.name ?? ownerId;
