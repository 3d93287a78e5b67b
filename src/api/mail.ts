import { z } from 'zod';
import { MAIL_TAKEN } from '../act/mail/receive.ts';
import { takeMail } from '../jobs/line/take-mail.ts';
import { defineResource, defineRoute } from './define.ts';
import { noParams } from './schemas.ts';

export const receiveMailRoute = defineRoute({
  id: 'receiveMail',
  method: 'post',
  path: '/v1/mail',
  summary: 'Hand in a mail as it came: a bounce, a complaint or an answer (RFC 5322)',
  // What stops messages and voids what waits is power: a key of a browser has none.
  access: { kind: 'key', right: 'ingest', trust: 'server' },
  params: noParams,
  query: noParams,
  takes: 'bytes',
  body: z.instanceof(Buffer, { error: 'send the mail itself as the body' }),
  limitBytes: 25 * 1024 * 1024,
  status: 202,
  response: z.object({
    taken: z.enum(MAIL_TAKEN),
  }),
  handle: async ({ services: { db, parts, now, wake }, caller: { tenantId }, body }) => {
    const taken = await takeMail(db, { tenantId, raw: body, parts, now: now() });
    if (taken === 'replied') await wake.tick(tenantId);
    return { taken };
  },
});

export default defineResource({
  id: 'mail',
  title: 'Mail that comes back',
  routes: [receiveMailRoute],
});
