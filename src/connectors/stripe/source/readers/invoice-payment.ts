import { defineReader, pageOf } from '../reader.ts';

export default defineReader({
  id: 'invoice_payment',
  title: 'Payments of invoices',
  order: 80,
  permission: 'Invoices',
  page: (api, place) => pageOf(api, '/v1/invoice_payments', place, { dated: true }),
});
