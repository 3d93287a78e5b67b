import { certain, moved, percent, severityOf, type Line } from './line.ts';

/** A fall of a trend (basis points of change) against the account's own baseline. */
export const trendLine = (factId: string, what: string): Line => ({
  input: factId,
  needs: [factId],
  read: ({ facts }, scale) => {
    const fact = facts[factId];
    if (typeof fact?.value !== 'number') {
      return { known: false, reason: `${what}: ${fact?.note ?? 'not derived'}` };
    }
    const change = fact.value;
    return certain(
      severityOf(-change, scale),
      `${what} ${moved(change)} against the account's own baseline`,
    );
  },
});

/** A loss of adoption: what is proved counts, what is possible counts as missing. */
export const adoptionLine = (factId: string, what: string): Line => ({
  input: factId,
  needs: [factId],
  read: ({ facts }, scale) => {
    const fact = facts[factId];
    const bounds = fact?.value;
    if (!isBounds(bounds)) {
      return { known: false, reason: `${what}: ${fact?.note ?? 'not derived'}` };
    }
    const reason = `${what} ${moved(bounds.change)} against the eight weeks before`;
    return {
      known: true,
      atLeast: severityOf(bounds.atLeast, scale),
      atMost: severityOf(bounds.atMost, scale),
      coverage: fact?.coverage ?? 0,
      reason: bounds.atLeast === bounds.atMost ? reason : `${reason}, ${provedOf(bounds)}`,
      missing: `${what}: ${fact?.note ?? 'some features are not received'}`,
    };
  },
});

/**
 * A loss of depth, over all features or in the critical workflows that the tenant declares, whichever is worse: an
 * account that still clicks about and no longer gets its work done is leaving.
 */
export const depthLine: Line = {
  input: 'feature_depth_trend',
  needs: ['feature_depth_trend', 'workflow_depth_trend'],
  read: (inputs, scale) => {
    const overall = adoptionLine('feature_depth_trend', 'use of the features').read(inputs, scale);
    const work = adoptionLine('workflow_depth_trend', 'work in critical workflows').read(
      inputs,
      scale,
    );
    if (!overall.known) return overall;
    if (!work.known) {
      return { ...overall, atMost: WHOLE, missing: overall.missing ?? work.reason };
    }
    const worse = work.atLeast > overall.atLeast ? work : overall;
    const doubted = work.atMost > overall.atMost ? work : overall;
    return {
      ...worse,
      atMost: doubted.atMost,
      coverage: Math.min(overall.coverage, work.coverage),
      ...(doubted.missing === undefined ? {} : { missing: doubted.missing }),
    };
  },
};

const WHOLE = 10_000;

/** How uneven use was over eight weeks: what is short of the usual week. */
export const consistencyLine: Line = {
  input: 'usage_consistency',
  needs: ['usage_consistency'],
  read: ({ facts }, scale) => {
    const fact = facts['usage_consistency'];
    if (typeof fact?.value !== 'number') {
      return { known: false, reason: `consistency of use: ${fact?.note ?? 'not derived'}` };
    }
    const short = WHOLE - fact.value;
    return certain(
      severityOf(short, scale),
      `the last eight weeks were ${percent(short)} short of the usual week on average`,
    );
  },
};

interface Bounds {
  readonly change: number;
  readonly atLeast: number;
  readonly atMost: number;
}

const isBounds = (value: unknown): value is Bounds =>
  value !== null && typeof value === 'object' && 'atLeast' in value && 'atMost' in value;

const provedOf = ({ atLeast, atMost }: Bounds): string =>
  `a loss of ${percent(atLeast)} at least and ${percent(atMost)} at most, as not every feature is received`;
