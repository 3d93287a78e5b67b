import { epochMilliseconds, type Instant } from '../../domain/time.ts';

/** A token bucket for each caller: `burst` at once, `perSecond` from then on. */
export interface RateLimit {
  /** Takes one token; the seconds to wait when there is none, `0` when there was one. */
  readonly take: (caller: string, now: Instant) => number;
}

interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/** More callers than this are forgotten, the longest silent first: an attacker with many addresses fills no memory. */
const REMEMBERED = 10_000;

export const rateLimit = (options: {
  readonly perSecond: number;
  readonly burst: number;
}): RateLimit => {
  const buckets = new Map<string, Bucket>();
  return {
    take: (caller, now) => {
      const at = epochMilliseconds(now);
      const bucket = buckets.get(caller) ?? { tokens: options.burst, at };
      const refilled = ((at - bucket.at) / 1000) * options.perSecond;
      const tokens = Math.min(options.burst, bucket.tokens + Math.max(0, refilled));
      buckets.delete(caller);
      buckets.set(caller, { tokens: tokens >= 1 ? tokens - 1 : tokens, at });
      forgetOldest(buckets);
      return tokens >= 1 ? 0 : Math.max(1, Math.ceil((1 - tokens) / options.perSecond));
    },
  };
};

const forgetOldest = (buckets: Map<string, Bucket>): void => {
  if (buckets.size <= REMEMBERED) return;
  const [oldest] = buckets.keys();
  if (oldest !== undefined) buckets.delete(oldest);
};
