import { describe, expect, it } from 'vitest';
import { checksOf, type Threshold } from '../../evals/check.ts';
import type { Judged, SuiteResult } from '../../evals/define.ts';

const amiss: Judged = { id: 'planted', title: 'something wrong', faults: ['it is wrong'] };
const missed: Judged = { ...amiss, faults: [] };
const good: SuiteResult = {
  judged: [{ id: 'one', title: 'one', faults: [] }],
  scores: { share: 0.9 },
};
const held: Readonly<Record<string, Threshold>> = { share: { atLeast: 0.9, unit: 'share' } };

const failing = (
  result: Partial<SuiteResult>,
  thresholds = held,
  mustFail: readonly Judged[] = [amiss],
): string[] =>
  checksOf({ mustFail: () => mustFail }, { ...good, ...result }, thresholds).flatMap(
    ({ ok, line }) => (ok ? [] : [line]),
  );

describe('what has to hold of a suite', () => {
  it('lets a good one through', () => expect(failing({})).toEqual([]));

  it.each([
    ['nothing was tried', { judged: [] }, held],
    ['something was skipped', { skipped: ['the data is not here'] }, held],
    ['a score is missing', { scores: {} }, held],
    ['a score is no number', { scores: { share: Number.NaN } }, held],
    ['no threshold speaks of a score', {}, {}],
    ['a score is too low', { scores: { share: 0.89 } }, held],
    ['a score is too high', {}, { share: { atMost: 0.8, unit: 'share' } }],
  ])('fails where %s', (_, result, thresholds) =>
    expect(failing(result, thresholds)).toHaveLength(1),
  );

  it('fails where its grader lets pass what is wrong on purpose', () =>
    expect(failing({}, held, [missed])).toEqual([
      'the grader finds no fault with something wrong',
    ]));

  it('fails where its grader was never shown anything wrong', () =>
    expect(failing({}, held, [])).toHaveLength(1));
});
