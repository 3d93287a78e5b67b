import { defineAgent } from '../define.ts';

export default defineAgent({
  id: 'product',
  title: 'Product',
  duty: 'Knows which features are provisioned, used, asked for and left.',
  tools: ['open_task'],
});
