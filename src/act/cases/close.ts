import type { IncomingEvent } from '../../domain/event.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { withdrawForCase } from '../in-app/messages.ts';
import { record } from '../ledger/ledger.ts';
import { recallForCase } from '../outbox/recall.ts';
import { voidProposals } from '../settle/conclude.ts';
import { closeForCase } from '../tasks/tasks.ts';
import { markClosed, type StoredCase } from './case-store.ts';
import { voidRound } from './round-store.ts';

export interface Closing {
  readonly entry: StoredCase;
  readonly reason: string;
  readonly now: Instant;
  /** Takes what became of its tasks as events. */
  readonly accept?: (events: readonly IncomingEvent[]) => Promise<void>;
}

/**
 * Ends a case and everything that it still wanted: the round, what waits for people, what is not sent yet, and the
 * tasks and messages in the product whose cause is gone. Lock the account first.
 */
export const closeCase = async (
  tx: TenantTx,
  { entry, reason, now, accept }: Closing,
): Promise<void> => {
  await markClosed(tx, entry.id, reason, now);
  await voidRound(tx, entry.id, entry.round, reason, now);
  await voidProposals(tx, { caseId: entry.id, reason, now });
  await recallForCase(tx, { caseId: entry.id, by: 'retinue', reason, now });
  await withdrawForCase(tx, { caseId: entry.id, by: 'retinue', now });
  await closeForCase(tx, {
    caseId: entry.id,
    cause: reason,
    now,
    ...(accept === undefined ? {} : { accept }),
  });
  await record(tx, {
    world: entry.world.id,
    kind: 'case.closed',
    subjects: { accountId: entry.accountId, caseId: entry.id },
    body: { playbook: entry.playbook, subject: entry.subject, rounds: entry.round },
    at: now,
  });
};
