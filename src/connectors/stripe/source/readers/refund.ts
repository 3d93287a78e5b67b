import { defineReader, pageOf } from '../reader.ts';

export default defineReader({
  id: 'refund',
  title: 'Refunds',
  order: 60,
  permission: 'Charges and refunds',
  page: (api, place) => pageOf(api, '/v1/refunds', place, { dated: true }),
});
