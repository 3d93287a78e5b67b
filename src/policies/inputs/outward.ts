import { definePolicyInput, flag } from '../define.ts';

export default definePolicyInput({
  id: 'outward',
  title: 'Whether the customer sees anything of it',
  type: flag,
  read: ({ proposal }) => proposal.preview.outward,
});
