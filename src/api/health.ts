import { z } from 'zod';
import { defineResource, defineRoute } from './define.ts';
import { noParams } from './schemas.ts';

export const healthRoute = defineRoute({
  id: 'health',
  method: 'get',
  path: '/healthz',
  summary: 'Whether the server answers and its database does',
  access: { kind: 'public', because: 'load balancers ask it; it tells nothing of any tenant' },
  params: noParams,
  query: noParams,
  body: null,
  response: z.object({
    status: z.literal('ok'),
    program: z.literal('retinue'),
    database: z.enum(['postgres', 'embedded']),
  }),
  handle: async ({ services }) => {
    await services.db.withoutTenant((tx) => tx.query('select 1'));
    return { status: 'ok', program: 'retinue', database: services.db.kind };
  },
});

export default defineResource({ id: 'health', title: 'Is it well?', routes: [healthRoute] });
