import type { Instant } from '../../domain/time.ts';
import { hoursBetween } from '../../domain/time.ts';

/** A closed case is not opened again for this long, so that a figure that wavers does not make a case a day. */
export const COOL_DOWN_HOURS = 7 * 24;

/** Unless it is this much more urgent than when it closed: then it is another matter. */
export const URGENCY_OVERRIDES = 20;

export interface Closed {
  readonly closedAt: Instant;
  readonly urgency: number;
}

/** Whether a candidate has to wait because its like was closed a short while ago. */
export const coolsDown = (last: Closed | undefined, urgency: number, now: Instant): boolean =>
  last !== undefined &&
  hoursBetween(last.closedAt, now) < COOL_DOWN_HOURS &&
  urgency < last.urgency + URGENCY_OVERRIDES;
