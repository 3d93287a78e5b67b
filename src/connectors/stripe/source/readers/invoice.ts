import { defineReader, pageOf } from '../reader.ts';

export default defineReader({
  id: 'invoice',
  title: 'Invoices',
  order: 40,
  permission: 'Invoices',
  page: (api, place) => pageOf(api, '/v1/invoices', place, { dated: true }),
  // The newest page: what is older and still open was told long ago.
  ofCustomer: async (api, customer) =>
    (await api.list('/v1/invoices', { customer, limit: 100 })).objects,
});
