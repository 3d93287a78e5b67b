import type { IncomingEvent } from '../../domain/event.ts';
import { digest } from '../../domain/identifiers.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { record, type LedgerSubjects } from '../ledger/ledger.ts';
import { receiptEvents } from './effect.ts';
import { isFinished, type OutboxRow } from './row.ts';
import { saveOutcome, type Outcome } from './store.ts';
import { openTrouble } from './trouble.ts';

/** What follows from an outcome beyond the row itself, given in as arguments: later stages are not called by name. */
export interface Consequences {
  readonly config: TenantConfig;
  readonly now: Instant;
  /** Accepts receipts as events, in this transaction. */
  readonly accept: (tx: TenantTx, events: readonly IncomingEvent[]) => Promise<void>;
  /** The row reached an end: the proposal's status, the case's next look. In this transaction. */
  readonly finished?: ((tx: TenantTx, row: OutboxRow) => Promise<void>) | undefined;
}

/** Writes an outcome with all that follows from it, in one transaction: row, ledger, receipt event, task, proposal. */
export const settleRow = async (
  tx: TenantTx,
  row: OutboxRow,
  outcome: Outcome,
  consequences: Consequences,
  personId: string | null = null,
): Promise<OutboxRow> => {
  const saved = await saveOutcome(tx, row.actionId, outcome, consequences.now);
  await noteOutcome(tx, saved, consequences.now, personId);
  if (outcome.owed !== true) await drawConsequences(tx, saved, consequences);
  return saved;
};

/** Receipt event, human task, proposal and case. Doing it twice changes nothing: events and tasks have keys. */
export const drawConsequences = async (
  tx: TenantTx,
  row: OutboxRow,
  consequences: Consequences,
): Promise<void> => {
  const accept = (events: readonly IncomingEvent[]) => consequences.accept(tx, events);
  const events = receiptEvents(row, row.startedAt ?? consequences.now);
  // A shadow's receipts are no facts about the customer.
  if (row.status === 'done' && row.world === 'live' && events.length > 0) await accept(events);
  if (needsPerson(row)) {
    await openTrouble(tx, row, { config: consequences.config, now: consequences.now, accept });
  }
  if (isFinished(row.status)) await consequences.finished?.(tx, row);
};

/** What a person has just been told or has said themselves opens no task. */
const needsPerson = (row: OutboxRow): boolean =>
  row.status === 'unknown' ||
  (row.status === 'failed' && row.reasons.at(-1)?.rule === 'outbox.gave-up');

const noteOutcome = (
  tx: TenantTx,
  row: OutboxRow,
  now: Instant,
  personId: string | null,
): Promise<number> =>
  record(tx, {
    world: row.world,
    kind: 'effect',
    subjects: { ...subjectsOf(row), ...(personId === null ? {} : { personId }) },
    body: {
      status: row.status,
      port: row.port,
      attempts: row.attempts,
      because: row.reasons.at(-1)?.rule ?? null,
      receipt: row.receipt === null ? null : digest({ ...row.receipt }),
    },
    at: now,
  });

const subjectsOf = (row: OutboxRow): LedgerSubjects => ({
  actionId: row.actionId,
  ...(row.accountId === null ? {} : { accountId: row.accountId }),
  ...(row.caseId === null ? {} : { caseId: row.caseId }),
  ...(row.proposalId === null ? {} : { proposalId: row.proposalId }),
  ...(row.taskId === null ? {} : { taskId: row.taskId }),
});
