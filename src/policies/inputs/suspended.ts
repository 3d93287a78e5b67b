import { definePolicyInput, flag } from '../define.ts';

export default definePolicyInput({
  id: 'suspended',
  title: 'Whether the tenant is suspended',
  type: flag,
  read: ({ config }) => config.suspended,
});
