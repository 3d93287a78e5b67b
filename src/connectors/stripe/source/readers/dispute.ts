import { defineReader, pageOf } from '../reader.ts';

export default defineReader({
  id: 'dispute',
  title: 'Disputes',
  order: 70,
  permission: 'Disputes',
  page: (api, place) => pageOf(api, '/v1/disputes', place, { dated: true }),
});
