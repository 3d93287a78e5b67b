import { defineAgent } from '../define.ts';

export default defineAgent({
  id: 'billing',
  title: 'Billing',
  duty: 'Answers for what is charged: lists renewals, and sees that agreed changes reach the bill.',
  tools: ['open_task'],
});
