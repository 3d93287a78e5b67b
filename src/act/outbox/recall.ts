import { inputError } from '../../domain/errors.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { record } from '../ledger/ledger.ts';
import type { OutboxRow } from './row.ts';
import { lockUnsent, lockWithAccount, saveOutcome } from './store.ts';

/**
 * Pulls back what has not begun. Errors: `action_not_found`; `already_sending` and the like (409) when it is too late.
 * The caller tells the proposal.
 */
export const recall = async (
  tx: TenantTx,
  actionId: string,
  person: { readonly id: string },
  now: Instant,
  reason = 'pulled back',
): Promise<OutboxRow> => {
  const row = await lockWithAccount(tx, actionId);
  if (row === null) throw inputError('action_not_found', `there is no action \`${actionId}\``);
  if (row.status !== 'held' && row.status !== 'ready') {
    throw inputError(
      `already_${row.status}`,
      `action \`${actionId}\` is ${row.status} and can no longer be pulled back`,
    );
  }
  return recallRow(tx, row, person.id, reason, now);
};

/** Pulls back what has not begun of a case that closed or was superseded. Returns the actions that it recalled. */
export const recallForCase = (
  tx: TenantTx,
  input: {
    readonly caseId: string;
    readonly by: string;
    readonly reason: string;
    readonly now: Instant;
  },
): Promise<string[]> => recallAll(tx, { caseId: input.caseId }, input);

/** The same for one proposal. Its account's row must be locked by the caller. */
export const recallForProposal = (
  tx: TenantTx,
  input: {
    readonly proposalId: string;
    readonly by: string;
    readonly reason: string;
    readonly now: Instant;
  },
): Promise<string[]> => recallAll(tx, { proposalId: input.proposalId }, input);

const recallAll = async (
  tx: TenantTx,
  which: { readonly caseId?: string; readonly proposalId?: string },
  input: { readonly by: string; readonly reason: string; readonly now: Instant },
): Promise<string[]> => {
  const rows = await lockUnsent(tx, which);
  for (const row of rows) await recallRow(tx, row, input.by, input.reason, input.now);
  return rows.map(({ actionId }) => actionId);
};

const recallRow = async (
  tx: TenantTx,
  row: OutboxRow,
  by: string,
  reason: string,
  now: Instant,
): Promise<OutboxRow> => {
  const reasons = [...row.reasons, { rule: 'outbox.recalled', text: reason }];
  const saved = await saveOutcome(
    tx,
    row.actionId,
    { status: 'recalled', reasons, finished: true },
    now,
  );
  await record(tx, {
    world: row.world,
    kind: 'recalled',
    subjects: {
      actionId: row.actionId,
      personId: by,
      ...(row.accountId === null ? {} : { accountId: row.accountId }),
      ...(row.caseId === null ? {} : { caseId: row.caseId }),
      ...(row.proposalId === null ? {} : { proposalId: row.proposalId }),
    },
    body: { port: row.port },
    at: now,
  });
  return saved;
};
