import { digest } from '../../domain/identifiers.ts';
import { addMilliseconds, hoursBetween, type Instant } from '../../domain/time.ts';

const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];

/** Waits after each failed attempt, as the Standard Webhooks specification recommends: ten attempts over three days. */
const WAITS = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];

/** An endpoint that failed so often in a row is left in peace: its other deliveries wait and spend no attempt. */
const REST_AFTER = 3;

const RESTS = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 6 * HOUR];

const LONGEST_WISH_SECONDS = 24 * 3600;

/** Nothing good for so long, and the endpoint is switched off. */
const GIVE_UP_HOURS = 5 * 24;

/**
 * When to try again after attempt number `attempts` (1 is the first); `null` when that was the last. Spread by up to a
 * tenth, by the delivery's own name, so that what failed together does not return together. Pure.
 */
export const nextAttempt = (delivery: string, attempts: number, now: Instant): Instant | null => {
  const wait = WAITS[attempts - 1];
  return wait === undefined
    ? null
    : addMilliseconds(now, wait + spread(wait, [delivery, attempts]));
};

const spread = (wait: number, seed: readonly (string | number)[]): number =>
  Math.floor((wait / 10) * (parseInt(digest([...seed]).slice(0, 8), 16) / 0xffffffff));

/**
 * Until when nothing is sent to an endpoint that failed `failures` times in a row, or that asked for so many seconds;
 * `null`: it may be sent to at once. Pure.
 */
export const restUntil = (
  failures: number,
  wishSeconds: number | null,
  now: Instant,
): Instant | null => {
  const rest = failures < REST_AFTER ? 0 : (RESTS[failures - REST_AFTER] ?? 6 * HOUR);
  const wished = Math.min(wishSeconds ?? 0, LONGEST_WISH_SECONDS) * SECOND;
  const wait = Math.max(rest, wished);
  return wait === 0 ? null : addMilliseconds(now, wait);
};

/** Whether an endpoint has failed for so long that a person has to look. Pure. */
export const isHopeless = (failingSince: Instant, now: Instant): boolean =>
  hoursBetween(failingSince, now) >= GIVE_UP_HOURS;
