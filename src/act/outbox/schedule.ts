import { addMinutes, type Instant } from '../../domain/time.ts';

/** The last attempt is about sixteen hours after the first: long enough for greylisting and for a server's bad night. */
export const MAX_ATTEMPTS = 12;

const LONGEST_WAIT_MINUTES = 240;

/**
 * When to try again after attempt number `attempts` (1 is the first): after 1, 2, 4 … minutes, four hours at most; `null`
 * when that was the last. Without jitter, so that a run can be repeated; rows spread by their own `not_before`. Pure.
 */
export const nextAttempt = (attempts: number, now: Instant): Instant | null =>
  attempts >= MAX_ATTEMPTS
    ? null
    : addMinutes(now, Math.min(2 ** Math.max(0, attempts - 1), LONGEST_WAIT_MINUTES));

/** Messages of one playbook and template a tenant may send in an hour, unless its files say otherwise. */
export const DEFAULT_MAX_PER_HOUR = 60;

/**
 * The volume brake: `null` while one more may go, else until when it has to wait. `startedAt` are the moments of the
 * last hour, oldest first: when the oldest that fills the place leaves the hour, there is room again. Pure.
 */
export const brakeUntil = (
  startedAt: readonly Instant[],
  maxPerHour: number,
  now: Instant,
): Instant | null => {
  const anHourAgo = addMinutes(now, -60);
  const recent = startedAt.filter((at) => at > anHourAgo);
  if (recent.length < maxPerHour) return null;
  const leaves = recent[recent.length - maxPerHour];
  return leaves === undefined ? addMinutes(now, 60) : addMinutes(leaves, 60);
};
