import { defineReader, pageOf } from '../reader.ts';

export default defineReader({
  id: 'billing.meter',
  title: 'Meters',
  order: 15,
  permission: 'Billing meters',
  page: (api, place) => pageOf(api, '/v1/billing/meters', place),
});
