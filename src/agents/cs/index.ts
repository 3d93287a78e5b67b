import { defineAgent } from '../define.ts';

export default defineAgent({
  id: 'cs',
  title: 'Customer success',
  duty: 'Keeps customers who are worth keeping: notices decline early, and sees that somebody talks to them.',
  tools: ['open_task', 'send_template', 'offer_save_discount', 'track_deal'],
});
