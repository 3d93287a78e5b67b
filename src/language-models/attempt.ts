import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleAll,
  type CircuitBreakerPolicy,
} from 'cockatiel';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LanguageModels } from './define.ts';
import { failureOf, type Failure } from './failure.ts';
import type { Heard } from './stream.ts';

/** An answer, or why there is none, after so many attempts. */
export type Attempted = { readonly attempts: number } & (
  { readonly heard: Heard } | { readonly heard: null; readonly failure: Failure }
);

const FAILURES_IN_A_ROW = 5;
const REST_MILLISECONDS = 60_000;

const circuits = new WeakMap<LanguageModels, CircuitBreakerPolicy>();

/** One circuit for each endpoint and process. */
const circuitOf = (models: LanguageModels): CircuitBreakerPolicy => {
  const known = circuits.get(models);
  if (known !== undefined) return known;
  const failing = handleAll.orWhenResult((result) => isDown(result as Attempted));
  const circuit = circuitBreaker(failing, {
    halfOpenAfter: REST_MILLISECONDS,
    breaker: new ConsecutiveBreaker(FAILURES_IN_A_ROW),
  });
  circuits.set(models, circuit);
  return circuit;
};

const isDown = (result: Attempted): boolean =>
  result.heard === null &&
  result.failure.isGivenUp !== true &&
  (result.failure.fault === 'unreachable' || result.failure.fault === 'timed_out');

/** `open`: it is left alone. As this process has met it. */
export const circuitState = (models: LanguageModels): 'closed' | 'open' | 'trying' => {
  const { state } = circuitOf(models);
  if (state === CircuitState.Open || state === CircuitState.Isolated) return 'open';
  return state === CircuitState.HalfOpen ? 'trying' : 'closed';
};

/** How long the second attempt waits, and at most where the endpoint says how long it wants to be left. */
const PAUSE_MILLISECONDS = 500;
const LONGEST_PAUSE_MILLISECONDS = 20_000;

/**
 * Attempts a call, and once more where that may help: the endpoint was not reached, had too much to do, or broke off.
 * After five failures in a row it is left alone for a minute. Never throws.
 */
export const attempt = async (
  models: LanguageModels,
  call: () => Promise<Heard>,
  signal?: AbortSignal,
): Promise<Attempted> => {
  try {
    return await circuitOf(models).execute(() => twice(call, signal));
  } catch (error) {
    if (!(error instanceof BrokenCircuitError)) throw error;
    const reason = `${models.endpoint ?? 'the model'} is left alone for a minute after repeated failures`;
    return { attempts: 0, heard: null, failure: { fault: 'circuit_open', reason } };
  }
};

const twice = async (call: () => Promise<Heard>, signal?: AbortSignal): Promise<Attempted> => {
  const first = await once(call);
  const pause = first.heard === null ? pauseAfter(first.failure) : null;
  if (pause === null || signal?.aborted === true) return { ...first, attempts: 1 };
  await sleep(pause, undefined, { signal }).catch(() => undefined);
  return { ...(await once(call)), attempts: 2 };
};

type Once = { readonly heard: Heard } | { readonly heard: null; readonly failure: Failure };

const once = async (call: () => Promise<Heard>): Promise<Once> => {
  try {
    const heard = await call();
    if (heard.finishReason !== null) return { heard };
    const reason = 'the answer broke off before its end';
    return { heard: null, failure: { fault: 'truncated', reason, again: true } };
  } catch (error) {
    return { heard: null, failure: failureOf(error) };
  }
};

/** Milliseconds to wait before another attempt; `null`: none would help, or it is wanted too late. */
const pauseAfter = ({ again, retryAfterMilliseconds }: Failure): number | null => {
  if (again !== true) return null;
  const pause = retryAfterMilliseconds ?? PAUSE_MILLISECONDS;
  return pause > LONGEST_PAUSE_MILLISECONDS ? null : pause;
};
