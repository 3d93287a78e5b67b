import type { JsonObject } from '../../../../domain/json.ts';
import { allOf, defineReader, pageOf } from '../reader.ts';

/** There is one list for each customer. */
const CUSTOMERS_A_PAGE = 20;

export default defineReader({
  id: 'payment_method',
  title: 'Payment methods of customers',
  order: 35,
  permission: 'Payment methods',
  page: async (api, place) => {
    const customers = await pageOf(api, '/v1/customers', place, { limit: CUSTOMERS_A_PAGE });
    const objects: JsonObject[] = [];
    for (const { id } of customers.objects) {
      if (typeof id !== 'string') continue;
      objects.push(...(await allOf(api, `/v1/customers/${id}/payment_methods`)));
    }
    return { ...customers, objects };
  },
  ofCustomer: (api, customerId) => allOf(api, `/v1/customers/${customerId}/payment_methods`),
  holds: { kind: 'payment_method', isOver: ({ status }) => status === 'detached' },
});
