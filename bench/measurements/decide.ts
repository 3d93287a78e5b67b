import { decide } from '../../src/policies/decide.ts';
import type { PolicyQuestion } from '../../src/policies/define.ts';
import { evaluate } from '../../src/policies/evaluate.ts';
import { policyRequest } from '../../src/policies/request.ts';
import { ours, packaged, TWO_APPROVERS } from '../../test/policies/packaged.ts';
import { aPreview, aProposal, aQuestion } from '../../test/policies/question.ts';
import { defineMeasurement, type Row } from '../define.ts';
import { percentile, times } from '../stopwatch.ts';

const WARM = 300;

export default defineMeasurement({
  id: 'decide',
  // No database takes part: one run is enough.
  on: ['embedded'],
  measure: async ({ small }) => {
    const count = small ? 500 : 5_000;
    const unattended = aQuestion();
    const costly = aQuestion({
      proposal: aProposal({ preview: aPreview({ money: { minor: 9_000_000, currency: 'USD' } }) }),
    });
    return [
      ...rowsOf('a policy decision, Cedar called once (permit)', unattended, 'permit', count, true),
      ...rowsOf(
        'a policy decision, Cedar called twice (escalate)',
        costly,
        'escalate',
        count,
        false,
      ),
    ];
  },
});

const AIMS = { p50: 0.2, p99: 1 } as const;

const rowsOf = (
  what: string,
  question: PolicyQuestion,
  verdict: string,
  count: number,
  aimed: boolean,
): Row[] => {
  const whole = sampleOf(count, () => {
    const request = policyRequest(packaged.inputs, question);
    const outcome = decide(ours, request, { eligible: TWO_APPROVERS });
    if (outcome.verdict !== verdict) throw new Error(`the verdict is ${outcome.verdict}`);
  });
  const request = policyRequest(packaged.inputs, question);
  const bare = sampleOf(count, () => evaluate(ours, request));
  return (['p50', 'p99'] as const).map((name) => {
    const at = name === 'p50' ? 0.5 : 0.99;
    const [took, alone] = [percentile(whole, at), percentile(bare, at)];
    return {
      what: `${what}, ${name}`,
      figure: `${took.toFixed(3)} ms`,
      peer: `one bare call of Cedar: ${alone.toFixed(3)} ms`,
      ratio: times(took / alone),
      aim: aimed ? { text: `≤ ${AIMS[name]} ms`, met: took <= AIMS[name] } : null,
    };
  });
};

/** Milliseconds of each repetition, after the first ones. */
const sampleOf = (count: number, work: () => unknown): number[] => {
  for (let index = 0; index < WARM; index += 1) work();
  return Array.from({ length: count }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
};
