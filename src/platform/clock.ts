import { addMilliseconds, fromEpochMilliseconds, type Instant } from '../domain/time.ts';

/** The one way to learn what time it is. */
export interface Clock {
  now(): Instant;
}

export const systemClock: Clock = { now: () => fromEpochMilliseconds(Date.now()) };

/** A clock that stands still until it is moved: tests and simulated worlds. */
export interface FixedClock extends Clock {
  set(at: Instant): void;
  advance(milliseconds: number): void;
}

export const fixedClock = (at: Instant): FixedClock => {
  let current = at;
  return {
    now: () => current,
    set: (next) => {
      current = next;
    },
    advance: (milliseconds) => {
      current = addMilliseconds(current, milliseconds);
    },
  };
};
