import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { record } from '../ledger/ledger.ts';
import { voidProposals } from '../settle/conclude.ts';
import { setNextLook, type StoredCase } from './case-store.ts';
import { voidRound } from './round-store.ts';

/**
 * Voids what the case waits for, and has it looked at again at once: what was proposed rested on reasons, a
 * configuration or a graph that is no longer in force. What is permitted and not sent yet is pulled back with it, and
 * proposed again by the next round where it still holds. Lock the account first.
 */
export const beginAnew = async (
  tx: TenantTx,
  {
    entry,
    reason,
    now,
  }: { readonly entry: StoredCase; readonly reason: string; readonly now: Instant },
): Promise<void> => {
  const wasWaiting = await voidRound(tx, entry.id, entry.round, reason, now);
  if (wasWaiting) {
    await voidProposals(tx, { caseId: entry.id, reason, now });
    await record(tx, {
      world: entry.world.id,
      kind: 'round.void',
      subjects: { accountId: entry.accountId, caseId: entry.id },
      body: { round: entry.round, reason },
      at: now,
    });
  }
  await setNextLook(tx, entry.id, now, reason);
};
