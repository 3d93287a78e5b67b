import type { CaseReason } from '../../domain/case.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { record } from '../ledger/ledger.ts';
import type { StoredCase } from './case-store.ts';

/** Keeps in the ledger that an open case rests on other reasons than before. */
export const noteUpdate = async (
  tx: TenantTx,
  entry: StoredCase,
  opening: { readonly urgency: number; readonly reasons: readonly CaseReason[] },
  at: Instant,
): Promise<void> => {
  await record(tx, {
    world: entry.world.id,
    kind: 'case.updated',
    subjects: { accountId: entry.accountId, caseId: entry.id },
    body: {
      playbook: entry.playbook,
      subject: entry.subject,
      urgency: opening.urgency,
      inputs: [...new Set(opening.reasons.map(({ input }) => input))],
    },
    at,
  });
};
