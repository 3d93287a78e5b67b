import type { EffectResult, Guarantee } from '../../connectors/define.ts';
import type { Decision, PolicyReason } from '../../domain/decision.ts';
import { addMinutes, type Instant } from '../../domain/time.ts';
import type { OutboxRow } from './row.ts';
import { nextAttempt } from './schedule.ts';
import type { Outcome } from './store.ts';

/** Newest last; what is older than ten steps is in the ledger. */
const because = (row: OutboxRow, ...reasons: readonly PolicyReason[]): PolicyReason[] =>
  [...row.reasons, ...reasons].slice(-10);

/** What a port's result makes of a row that was handed to it. Pure. */
export const outcomeOf = (
  row: OutboxRow,
  guarantee: Guarantee | 'transactional',
  result: EffectResult,
  now: Instant,
): Outcome => {
  switch (result.outcome) {
    case 'done':
      return { status: 'done', reasons: row.reasons, receipt: result.receipt, finished: true };
    case 'refused': {
      const reasons = because(row, { rule: 'port.refused', text: result.reason });
      return { status: 'refused', reasons, finished: true };
    }
    case 'retry':
      return tryAgain(row, 'ready', result.reason, now);
    case 'unknown':
      return guarantee === 'at_most_once'
        ? unknown(row, result.reason)
        : tryAgain(row, 'sending', result.reason, now);
  }
};

/** May or may not have happened, and nobody can be asked but a person. Pure. */
export const unknown = (row: OutboxRow, why: string): Outcome => ({
  status: 'unknown',
  reasons: because(row, { rule: 'outbox.unknown', text: why }),
  finished: true,
});

/** `ready`: it did not happen. `sending`: it may have, so the port is asked or repeats it safely. */
const tryAgain = (
  row: OutboxRow,
  status: 'ready' | 'sending',
  why: string,
  now: Instant,
): Outcome => {
  const next = nextAttempt(row.attempts, now);
  if (next !== null) {
    const reasons = because(row, { rule: 'outbox.retry', text: `attempt ${row.attempts}: ${why}` });
    return { status, reasons, nextAttemptAt: next, finished: false };
  }
  if (status === 'sending') return unknown(row, `attempt ${row.attempts} was the last: ${why}`);
  const reasons = because(row, {
    rule: 'outbox.gave-up',
    text: `attempt ${row.attempts} was the last: ${why}`,
  });
  return { status: 'failed', reasons, finished: true };
};

/** What the rules say at the last moment; `null` when it may go. Pure. */
export const outcomeOfDecision = (
  row: OutboxRow,
  decision: Decision,
  now: Instant,
): Outcome | null => {
  const mayGo =
    decision.verdict === 'permit' || (decision.verdict === 'draft' && row.port === 'tasks');
  if (mayGo) return null;
  if (decision.verdict === 'hold') return held(row, decision.until, decision.reasons, now);
  return { status: 'blocked', reasons: because(row, ...decision.reasons), finished: true };
};

/** Waits until `until`, or an hour where no moment is given or it has passed. Pure. */
export const held = (
  row: OutboxRow,
  until: Instant | null,
  reasons: readonly PolicyReason[],
  now: Instant,
): Outcome => ({
  status: 'held',
  reasons: because(row, ...reasons),
  notBefore: until !== null && until > now ? until : addMinutes(now, 60),
  finished: false,
});

/** Refused by our own list before anything was tried. Pure. */
export const suppressed = (row: OutboxRow, why: string): Outcome => ({
  status: 'refused',
  reasons: because(row, { rule: 'outbox.suppressed', text: why }),
  finished: true,
});

/** A notice whose task is over or in other hands. Pure. */
export const pointless = (row: OutboxRow): Outcome => ({
  status: 'blocked',
  reasons: because(row, { rule: 'outbox.notice', text: 'the task is over or in other hands' }),
  finished: true,
});

/**
 * A row that may have happened already is never called blocked, refused or held: the first two would be untrue, and the
 * third is only a wait before the port is asked again. Pure.
 */
export const doubtful = (row: OutboxRow, outcome: Outcome): Outcome =>
  outcome.finished
    ? unknown(row, 'a worker stopped while it was being done, and by now it may not be repeated')
    : { ...outcome, status: 'sending', nextAttemptAt: outcome.notBefore ?? null };

/** The port was asked instead of called. An answer that never comes must end some day, so asking counts. Pure. */
export const asked = (
  row: OutboxRow,
  guarantee: Guarantee,
  answer: EffectResult,
  now: Instant,
): Outcome => {
  const attempts = row.attempts + 1;
  return { ...outcomeOf({ ...row, attempts }, guarantee, answer, now), attempts };
};

/** Nothing was done after all. Pure. */
export const putBack = (row: OutboxRow, certain: boolean, now: Instant): Outcome => ({
  status: certain ? 'ready' : 'sending',
  reasons: because(row, {
    rule: 'outbox.stopped',
    text: 'the worker stood still for too long before it acted',
  }),
  nextAttemptAt: now,
  finished: false,
});

/** Our own fault, before anything was done. Pure. */
export const faulty = (row: OutboxRow, why: string, now: Instant): Outcome => {
  const attempts = row.attempts + 1;
  return {
    ...tryAgain({ ...row, attempts }, row.status === 'sending' ? 'sending' : 'ready', why, now),
    attempts,
  };
};
