import { definePolicyInput, text } from '../define.ts';

export default definePolicyInput({
  id: 'lifecycle',
  title:
    'active, churned (paid service has ended) or deleting (asked for deletion of its data, or deleted)',
  type: text,
  values: () => ['active', 'churned', 'deleting'],
  read: ({ lifecycle }) => lifecycle,
  words: ({ lifecycle }) => ({
    lifecycle: lifecycle === 'deleting' ? 'under a deletion request' : lifecycle,
  }),
});
