import type { EffectResult } from '../../connectors/define.ts';
import { log } from '../../platform/log.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { lockUntaken } from './claim-store.ts';
import { faulty, outcomeOf } from './outcome.ts';
import type { PerformInput } from './perform.ts';
import type { OutboxPort } from './port.ts';
import { isFinished, type OutboxRow } from './row.ts';
import { drawConsequences, settleRow } from './settle-row.ts';
import { clearOwed, listOwed, lockAccountRow, lockOwed, type Outcome } from './store.ts';
import { suppress } from './suppression.ts';

/**
 * Writes what a worker found out, if no other worker has taken over since: the epoch is checked under the row's lock.
 * `null` when one has; then this worker's word no longer counts.
 */
export const settleClaimed = (
  input: PerformInput,
  lease: OutboxRow,
  decide: (row: OutboxRow) => Outcome,
  also?: (tx: TenantTx) => Promise<void>,
): Promise<OutboxRow | null> =>
  input.db.withTenant(input.tenantId, async (tx) => {
    if (lease.accountId !== null) await lockAccountRow(tx, lease.accountId);
    const row = await lockUntaken(tx, lease);
    if (row === null || isFinished(row.status)) return null;
    await also?.(tx);
    return settleRow(tx, row, decide(row), input);
  });

/**
 * The result of an effect. When what follows from it cannot be written (a fault of ours), the result is recorded alone
 * and the rest is owed: an e-mail that went out is never in doubt because of a bug elsewhere.
 */
export const recordResult = async (
  input: PerformInput,
  port: OutboxPort,
  row: OutboxRow,
  result: EffectResult,
): Promise<OutboxRow | null> => {
  const decide = (current: OutboxRow) => outcomeOf(current, port.guarantee, result, input.now);
  try {
    return await settleClaimed(input, row, decide, (tx) => suppressRefused(tx, row, result, input));
  } catch (error) {
    log.error(
      { actionId: row.actionId, reason: messageOf(error) },
      'the consequences of an effect are owed',
    );
    return settleClaimed(input, row, (current) => ({ ...decide(current), owed: true }));
  }
};

const suppressRefused = async (
  tx: TenantTx,
  row: OutboxRow,
  result: EffectResult,
  input: PerformInput,
): Promise<void> => {
  const address = row.effect.recipient?.email;
  if (result.outcome !== 'refused' || result.suppress !== true || address === undefined) return;
  await suppress(tx, {
    address,
    reason: `refused: ${result.reason}`,
    by: 'retinue',
    now: input.now,
  });
};

/** A fault of ours before anything was done: the row waits and is tried again, a bounded number of times. */
export const putOff = (
  input: PerformInput,
  claimed: OutboxRow,
  reason: string,
): Promise<OutboxRow | null> =>
  settleClaimed(input, claimed, (row) => faulty(row, reason, input.now));

/** Draws the consequences that could not be drawn before. One that fails again stays owed. */
export const payOwed = async (input: PerformInput): Promise<void> => {
  const owed = await input.db.withTenant(input.tenantId, (tx) =>
    listOwed(tx, input.ports.world.id),
  );
  for (const debt of owed) {
    try {
      await input.db.withTenant(input.tenantId, (tx) => payOne(tx, debt, input));
    } catch (error) {
      log.error(
        { actionId: debt.actionId, reason: messageOf(error) },
        'consequences are still owed',
      );
    }
  }
};

const payOne = async (
  tx: TenantTx,
  debt: { readonly actionId: string; readonly accountId: string | null },
  input: PerformInput,
): Promise<void> => {
  if (debt.accountId !== null) await lockAccountRow(tx, debt.accountId);
  const row = await lockOwed(tx, debt.actionId);
  if (row === null) return;
  await drawConsequences(tx, row, input);
  await clearOwed(tx, row.actionId);
};

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
