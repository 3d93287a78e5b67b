import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { record } from '../ledger/ledger.ts';
import { voidProposals } from '../settle/conclude.ts';
import { setNextLook, type StoredCase } from './case-store.ts';
import { voidRound } from './round-store.ts';

/**
 * Withdraws everything that a case still wants, whether its round waits or is over: proposals, what people were asked,
 * and what is in the outbox and not being sent yet. It is looked at again at once, and wants again what still holds.
 * Lock the account first. Returns the proposals that ended.
 */
export const withdrawPending = async (
  tx: TenantTx,
  {
    entry,
    reason,
    now,
  }: { readonly entry: StoredCase; readonly reason: string; readonly now: Instant },
): Promise<readonly string[]> => {
  await voidRound(tx, entry.id, entry.round, reason, now);
  const ended = await voidProposals(tx, { caseId: entry.id, reason, now });
  if (ended.length > 0) {
    await record(tx, {
      world: entry.world.id,
      kind: 'case.withdrawn',
      subjects: { accountId: entry.accountId, caseId: entry.id },
      body: { round: entry.round, proposals: ended, reason },
      at: now,
    });
  }
  await setNextLook(tx, entry.id, now, reason);
  return ended;
};
