import { definePolicyInput, flag, type PolicyQuestion } from '../define.ts';

/**
 * Rests on the fact `sellable`, which is true only where even the worst case of churn risk and health is good enough,
 * so that losing data never opens a sale. Where money is in play, trusted sources alone must say so.
 */
export default definePolicyInput({
  id: 'sellable',
  title: 'Whether churn risk is known and neither high nor critical, even in its worst case',
  type: flag,
  read: ({ facts, proposal }) => {
    const fact = Object.hasOwn(facts, 'sellable') ? facts['sellable'] : undefined;
    if (fact?.value !== true) return false;
    return proposal.preview.money === null || fact.trustedValue === true;
  },
  words: (question) => ({ churn: churnWords(question) }),
});

const churnWords = ({ churn }: PolicyQuestion): string => {
  if (churn === null) return 'churn risk was not rated';
  if (churn.status !== 'known') return `churn risk is ${churn.status.replace('_', ' ')}`;
  return `churn risk is ${churn.tier ?? 'unknown'} at ${churn.value}, and its worst case counts`;
};
