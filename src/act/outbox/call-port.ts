import { setTimeout as after } from 'node:timers/promises';
import type { EffectResult, Port } from '../../connectors/define.ts';
import type { Instant } from '../../domain/time.ts';
import type { OutboxRow } from './row.ts';

/** Time a port has to settle after its signal fired; one that does not is left behind, its result unknown. */
const GRACE_MILLISECONDS = 5_000;

/** Carries out one effect, outside any transaction, in bounded time. Never throws. */
export const callPort = (
  port: Port,
  row: OutboxRow,
  now: Instant,
  timeoutMilliseconds: number,
): Promise<EffectResult> =>
  bounded(timeoutMilliseconds, (signal) => port.perform(row.effect, now, signal));

/** Asks a port what became of an effect. `null`: it did not happen. Never throws. */
export const askPort = (
  lookUp: NonNullable<Port['lookUp']>,
  row: OutboxRow,
  timeoutMilliseconds: number,
): Promise<EffectResult | null> => bounded(timeoutMilliseconds, () => lookUp(row.businessKey));

const bounded = async <R>(
  milliseconds: number,
  work: (signal: AbortSignal) => Promise<R>,
): Promise<R | EffectResult> => {
  const over = new AbortController();
  const left = new AbortController();
  const timer = setTimeout(() => {
    over.abort();
  }, milliseconds);
  try {
    return await Promise.race([
      work(over.signal),
      giveUp(milliseconds + GRACE_MILLISECONDS, left.signal),
    ]);
  } catch (error) {
    return { outcome: 'unknown', reason: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
    left.abort();
  }
};

const giveUp = async (milliseconds: number, signal: AbortSignal): Promise<EffectResult> => {
  await after(milliseconds, undefined, { signal }).catch(() => undefined);
  return { outcome: 'unknown', reason: `no answer within ${milliseconds} milliseconds` };
};
