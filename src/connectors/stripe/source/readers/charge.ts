import { defineReader, pageOf } from '../reader.ts';

export default defineReader({
  id: 'charge',
  title: 'Charges',
  order: 50,
  permission: 'Charges and refunds',
  page: (api, place) => pageOf(api, '/v1/charges', place, { dated: true }),
});
