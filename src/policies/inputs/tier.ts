import { definePolicyInput, text } from '../define.ts';

export default definePolicyInput({
  id: 'tier',
  title: "The tier of the account's plan; `*` when it is not known",
  type: text,
  values: ({ plans, approvals }) => [
    '*',
    ...plans.map(({ tier }) => tier),
    ...Object.keys(approvals.thresholds),
  ],
  read: ({ tier }) => tier,
});
