import type { Instant } from './time.ts';
import type { Json } from './json.ts';

/**
 * One thing known about an account at a moment, with where it came from.
 *
 * `value` rests on every source; `trustedValue` on `server` sources alone, and is what policy reads for money,
 * access and price. `null` means unknown, never zero. `coverage` is in basis points of the days or inputs that the
 * fact would need (10 000 = all). `note` tells a person why it is unknown or partial.
 */
export interface Fact<V extends Json = Json> {
  readonly value: V | null;
  readonly trustedValue: V | null;
  readonly unit: string;
  readonly sources: readonly string[];
  readonly freshAt: Instant | null;
  readonly coverage: number;
  readonly note?: string;
}

/** Facts of one account by signal id. */
export type Facts = Readonly<Record<string, Fact>>;

export const unknownFact = (unit: string, note: string): Fact<never> => ({
  value: null,
  trustedValue: null,
  unit,
  sources: [],
  freshAt: null,
  coverage: 0,
  note,
});
