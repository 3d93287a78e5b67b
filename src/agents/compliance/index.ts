import { defineAgent } from '../define.ts';

export default defineAgent({
  id: 'compliance',
  title: 'Compliance',
  duty: 'Answers for consent, deletion requests and what must not be done.',
  tools: ['open_task'],
});
