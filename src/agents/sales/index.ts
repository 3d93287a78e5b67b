import { defineAgent } from '../define.ts';

export default defineAgent({
  id: 'sales',
  title: 'Sales',
  duty: 'Offers more only where the customer shows the need, at the price of the tier that it is on first.',
  tools: ['open_task', 'send_in_app_message', 'offer_seats', 'track_deal'],
});
