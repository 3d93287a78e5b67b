import type { PerformInput } from '../../../src/act/outbox/perform.ts';
import { record } from '../../../src/act/ledger/ledger.ts';
import type { Database } from '../../../src/platform/db/database.ts';
import { aConfig, aDecision, NOW } from './act.ts';

/** A worker whose receipt events are kept in the database, in the transaction that accepts them. */
export const recordingWorker = (db: Database, tenantId: string): Omit<PerformInput, 'ports'> => ({
  db,
  tenantId,
  now: NOW,
  config: aConfig(),
  recheck: async (_, row) => aDecision({ proposalId: row.proposalId ?? '' }),
  accept: async (tx, events) => {
    for (const { type, payload } of events) {
      const subject = payload['actionId'] ?? payload['taskId'];
      const actionId = typeof subject === 'string' ? subject : '';
      await record(tx, {
        world: 'live',
        kind: 'received',
        subjects: { actionId },
        body: { type },
        at: NOW,
      });
    }
  },
});
