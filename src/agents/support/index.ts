import { defineAgent } from '../define.ts';

export default defineAgent({
  id: 'support',
  title: 'Support',
  duty: 'Answers for open conversations: nobody is sold to while waiting for an answer.',
  tools: ['open_task', 'send_template'],
});
