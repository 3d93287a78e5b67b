import { definePolicyInput, text } from '../define.ts';

export default definePolicyInput({
  id: 'category',
  title: "The message's category: service, contract, marketing or internal",
  type: text,
  values: () => ['internal', 'service', 'contract', 'marketing'],
  read: ({ proposal }) => proposal.preview.category,
  words: ({ proposal }) => ({ category: proposal.preview.category }),
});
