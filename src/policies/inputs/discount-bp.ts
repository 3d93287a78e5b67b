import { definePolicyInput, long } from '../define.ts';
import { percent } from '../words.ts';

export default definePolicyInput({
  id: 'discountBp',
  title: 'The discount offered, in basis points',
  type: long,
  values: ({ approvals }) =>
    Object.values(approvals.thresholds).map(({ discountBasisPoints }) => discountBasisPoints),
  read: ({ proposal }) => proposal.preview.discountBasisPoints,
  words: ({ proposal, recentDiscountBasisPoints }) => ({
    discountBp: percent(proposal.preview.discountBasisPoints),
    discountTotal: percent(proposal.preview.discountBasisPoints + recentDiscountBasisPoints),
  }),
});
