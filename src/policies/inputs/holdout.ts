import { definePolicyInput, flag } from '../define.ts';

export default definePolicyInput({
  id: 'holdout',
  title: "Whether the case is in the playbook's holdout, which is left alone for comparison",
  type: flag,
  read: ({ holdout }) => holdout,
});
