import { describe, expect, it } from 'vitest';
import { judge, type Outcome } from '../../evals/judge.ts';

const treated = (playbook: string) => ({ playbook, status: 'open', arm: 'treatment' });
const nothing: Outcome = { cases: [], verdicts: {} };

describe('the judge of stories', () => {
  it('is content when all came true', () =>
    expect(
      judge(
        { expects: { opens: ['a'], never: ['b'], verdicts: { t: 'permit' }, neverActs: ['u'] } },
        { cases: [treated('a')], verdicts: { t: ['forbid', 'permit'], u: ['forbid', 'hold'] } },
      ),
    ).toEqual([]));

  it.each([
    [{ opens: ['a'] }, nothing],
    [{ opens: ['a'] }, { ...nothing, cases: [{ ...treated('a'), status: 'waiting' }] }],
    [{ opens: ['a'] }, { ...nothing, cases: [{ ...treated('a'), arm: 'holdout' }] }],
    [
      { opens: [], never: ['a'] },
      { ...nothing, cases: [treated('a')] },
    ],
    [{ opens: [], verdicts: { t: 'permit' } }, nothing],
    [
      { opens: [], verdicts: { t: 'permit' } },
      { ...nothing, verdicts: { t: ['escalate'] } },
    ],
    [
      { opens: [], neverActs: ['t'] },
      { ...nothing, verdicts: { t: ['permit'] } },
    ],
    [
      { opens: [], neverActs: ['t'] },
      { ...nothing, verdicts: { t: ['hold', 'escalate'] } },
    ],
  ] as const)('fails %j on %j', (expects, outcome) =>
    expect(judge({ expects }, outcome)).toHaveLength(1),
  );
});
