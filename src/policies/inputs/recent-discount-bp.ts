import { definePolicyInput, long } from '../define.ts';

/** So that a discount above the threshold cannot be given in slices below it. */
export default definePolicyInput({
  id: 'recentDiscountBp',
  title:
    'Discounts granted or reserved for the account in the last 90 days, in basis points, without this one',
  type: long,
  values: ({ approvals }) =>
    Object.values(approvals.thresholds).map(({ discountBasisPoints }) => discountBasisPoints),
  read: ({ recentDiscountBasisPoints }) => recentDiscountBasisPoints,
});
