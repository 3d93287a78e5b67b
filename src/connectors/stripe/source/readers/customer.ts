import { defineReader, pageOf } from '../reader.ts';

export default defineReader({
  id: 'customer',
  title: 'Customers',
  order: 20,
  permission: 'Customers',
  page: (api, place) => pageOf(api, '/v1/customers', place),
  ofCustomer: async (api, customerId) => [await api.get(`/v1/customers/${customerId}`)],
  holds: { kind: 'billing_account', isOver: ({ deleted }) => deleted === true },
});
