import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleAll,
  type CircuitBreakerPolicy,
} from 'cockatiel';
import type { EffectResult, Port } from '../../connectors/define.ts';
import { addMilliseconds, type Instant } from '../../domain/time.ts';

const FAILURES_IN_A_ROW = 5;
const REST_MILLISECONDS = 60_000;

/** The state of one outside system as this process has met it. */
export interface Circuit {
  readonly policy: CircuitBreakerPolicy;
  readonly restMilliseconds: number;
  lastFailure: { readonly at: Instant; readonly reason: string } | null;
}

export const newCircuit = (
  options: { readonly failures?: number; readonly restMilliseconds?: number } = {},
): Circuit => {
  const restMilliseconds = options.restMilliseconds ?? REST_MILLISECONDS;
  const breaker = new ConsecutiveBreaker(options.failures ?? FAILURES_IN_A_ROW);
  const failing = handleAll.orWhenResult((result) => isFailure(result as EffectResult));
  const policy = circuitBreaker(failing, { halfOpenAfter: restMilliseconds, breaker });
  return { policy, restMilliseconds, lastFailure: null };
};

const circuits = new Map<string, Circuit>();

/** One circuit for each outside system and process: ports are opened anew for every run, what they met is not. */
export const circuitOf = (port: Port): Circuit => {
  const known = circuits.get(port.describe);
  if (known !== undefined) return known;
  const circuit = newCircuit();
  circuits.set(port.describe, circuit);
  return circuit;
};

/**
 * Leaves a port alone for a minute after five failures in a row, then lets one attempt through. While it rests, rows
 * that are due stay due and use up no attempts. A refusal of one message is no failure of the port.
 */
export const withBreaker = (port: Port, circuit: Circuit = circuitOf(port)): Port => ({
  ...port,
  perform: async (effect, now, signal) => {
    try {
      const result = await circuit.policy.execute(() => port.perform(effect, now, signal));
      if (isFailure(result)) circuit.lastFailure = { at: now, reason: result.reason };
      return result;
    } catch (error) {
      if (error instanceof BrokenCircuitError) {
        return {
          outcome: 'retry',
          reason: `${port.describe} is left alone after repeated failures`,
        };
      }
      circuit.lastFailure = {
        at: now,
        reason: error instanceof Error ? error.message : String(error),
      };
      throw error;
    }
  },
  paused: (now) => {
    const { policy, lastFailure, restMilliseconds } = circuit;
    if (policy.state !== CircuitState.Open || lastFailure === null) return null;
    const until = addMilliseconds(lastFailure.at, restMilliseconds);
    return now < until
      ? `${port.describe} is left alone until ${until} after repeated failures: ${lastFailure.reason}`
      : null;
  },
});

const isFailure = (
  result: EffectResult,
): result is Extract<EffectResult, { outcome: 'retry' | 'unknown' }> =>
  result.outcome === 'retry' || result.outcome === 'unknown';
