import type { Effect } from '../../connectors/define.ts';
import type { World } from '../../domain/case.ts';
import { bug } from '../../domain/errors.ts';
import type { Proposal } from '../../domain/proposal.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { record } from '../ledger/ledger.ts';
import { actionIdOf } from './effect.ts';
import type { OutboxStatus } from './row.ts';
import { insertRow, loadOutboxRow, rowByKey, type NewRow } from './store.ts';

export interface Enqueue {
  readonly proposal: Proposal;
  /** Its verdict is `permit` (or `draft`, for the port `tasks`): the database refuses the row otherwise. */
  readonly decisionId: string;
  /** An approval consumed in this very transaction. */
  readonly approvalId?: string | null;
  readonly world: World;
  /** Until then it is held and can be pulled back. */
  readonly notBefore: Instant;
  readonly effect: Effect;
  readonly port: string;
  /** Who in the house answers for it and is asked when its fate is unknown. */
  readonly ownerId?: string | null;
  readonly now: Instant;
}

export interface Enqueued {
  readonly actionId: string;
  readonly status: OutboxStatus;
  /** Another action that does, did or may have done the same; then nothing was written. */
  readonly duplicateOf: string | null;
}

/**
 * Writes what was permitted into the outbox, in the transaction of its decision. The same action again returns the row as
 * it stands. Throws the database's refusal (code 42501) when no decision or approval carries it.
 */
export const enqueue = async (tx: TenantTx, input: Enqueue): Promise<Enqueued> => {
  const row = rowOf(tx, input);
  const before = await loadOutboxRow(tx, row.actionId);
  if (before !== null)
    return { actionId: before.actionId, status: before.status, duplicateOf: null };
  const inserted = await insertRow(tx, row);
  if (inserted === null) {
    const other = await rowByKey(tx, row.world, row.port, row.businessKey);
    if (other === null)
      throw bug('outbox_conflict', `action \`${row.actionId}\` can be neither written nor found`);
    return { actionId: row.actionId, status: other.status, duplicateOf: other.actionId };
  }
  await noteEnqueued(tx, input, row);
  return { actionId: row.actionId, status: row.status, duplicateOf: null };
};

const rowOf = (tx: TenantTx, input: Enqueue): NewRow => {
  const { proposal, effect, port, now, notBefore } = input;
  checkSame(tx, input);
  return {
    actionId: effect.actionId,
    world: input.world.id,
    port,
    businessKey: effect.key,
    accountId: proposal.accountId,
    caseId: proposal.caseId,
    playbook: proposal.playbook,
    proposalId: proposal.id,
    decisionId: input.decisionId,
    approvalId: input.approvalId ?? null,
    taskId: null,
    templateId: effect.message?.templateId ?? null,
    outward: port !== 'tasks' && port !== 'deals',
    ownerId: input.ownerId ?? null,
    effect,
    status: notBefore > now ? 'held' : 'ready',
    reasons:
      notBefore > now
        ? [{ rule: 'outbox.hold', text: `can be pulled back until ${notBefore}` }]
        : [],
    notBefore,
    createdAt: now,
  };
};

/** The effect is of this proposal, account and tenant: an effect of another is a bug, and never leaves. */
const checkSame = (tx: TenantTx, { proposal, effect }: Enqueue): void => {
  if (
    effect.tenantId !== tx.tenantId ||
    effect.accountId !== proposal.accountId ||
    effect.actionId !== actionIdOf(proposal)
  ) {
    throw bug(
      'effect_mismatch',
      `the effect \`${effect.actionId}\` is not of proposal \`${proposal.id}\``,
    );
  }
};

const noteEnqueued = (tx: TenantTx, input: Enqueue, row: NewRow): Promise<number> =>
  record(tx, {
    world: row.world,
    kind: 'enqueued',
    subjects: {
      accountId: input.proposal.accountId,
      caseId: input.proposal.caseId,
      proposalId: input.proposal.id,
      decisionId: input.decisionId,
      actionId: row.actionId,
      ...(row.approvalId === null ? {} : { approvalId: row.approvalId }),
    },
    body: {
      port: row.port,
      status: row.status,
      notBefore: row.notBefore,
      template: row.templateId,
    },
    at: input.now,
  });
