import type { Suite, SuiteResult } from './define.ts';

export interface Threshold {
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly unit: string;
  /** It holds of live models too: it is the program's doing, whatever a model is worth. */
  readonly holdsLive?: true;
}

/** By suite and score. */
export type Thresholds = Readonly<Record<string, Readonly<Record<string, Threshold>>>>;

export interface Check {
  readonly line: string;
  readonly ok: boolean;
}

/**
 * Everything that has to hold of a suite besides its own cases: something was tried, nothing was skipped, the grader
 * finds fault where there is one, and each score has a threshold and reaches it. A score that is missing fails.
 */
export const checksOf = (
  suite: Pick<Suite, 'mustFail'>,
  result: SuiteResult,
  thresholds: Readonly<Record<string, Threshold>>,
): readonly Check[] => [
  ...(result.judged.length > 0 ? [] : [{ ok: false, line: 'nothing was tried' }]),
  ...(result.skipped ?? []).map((what) => ({ ok: false, line: `not tried: ${what}` })),
  ...graderChecks(suite),
  ...scoreNames(result, thresholds).map((name) =>
    scoreCheck(name, result.scores[name], thresholds[name]),
  ),
];

const graderChecks = ({ mustFail }: Pick<Suite, 'mustFail'>): readonly Check[] => {
  const planted = mustFail();
  if (planted.length === 0)
    return [{ ok: false, line: 'its grader was never shown anything that is wrong' }];
  return planted.map(({ title, faults }) => ({
    ok: faults.length > 0,
    line:
      faults.length > 0
        ? `the grader finds fault with ${title}`
        : `the grader finds no fault with ${title}`,
  }));
};

const scoreNames = (
  { scores }: SuiteResult,
  thresholds: Readonly<Record<string, Threshold>>,
): readonly string[] => [...new Set([...Object.keys(scores), ...Object.keys(thresholds)])];

const scoreCheck = (
  name: string,
  score: number | undefined,
  threshold: Threshold | undefined,
): Check => {
  if (score === undefined || !Number.isFinite(score))
    return { ok: false, line: `${name}: no score` };
  if (threshold === undefined)
    return { ok: false, line: `${name}: no threshold in thresholds.json` };
  const { atLeast = -Infinity, atMost = Infinity, unit } = threshold;
  return {
    ok: score >= atLeast && score <= atMost,
    line: `${name}: ${score.toFixed(3)} (${boundsOf(threshold)}; ${unit})`,
  };
};

const boundsOf = ({ atLeast, atMost }: Threshold): string =>
  [
    ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
    ...(atMost === undefined ? [] : [`at most ${atMost}`]),
  ].join(', ');
