import { defineReader, pageOf } from '../reader.ts';

export default defineReader({
  id: 'product',
  title: 'Products',
  order: 10,
  permission: 'Products',
  page: (api, place) => pageOf(api, '/v1/products', place),
});
