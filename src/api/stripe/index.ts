import { z } from 'zod';
import { defineResource, defineRoute } from '../define.ts';
import { noParams } from '../schemas.ts';
import { receiveFromStripe } from './receive.ts';

const MEGABYTE = 1024 * 1024;

/** Shown by Stripe beside the delivery, so it says what became of the event. */
const receipt = z.object({
  received: z.literal(true),
  outcome: z.enum(['accepted', 'duplicate', 'ignored', 'quarantined']),
  reason: z.string().optional(),
});

export default defineResource({
  id: 'stripe',
  title: 'What Stripe sends by itself',
  routes: [
    defineRoute({
      id: 'stripeWebhook',
      method: 'post',
      path: '/webhooks/stripe/{sourceId}',
      summary: 'An event of Stripe’s, signed by one of the source’s secrets',
      access: { kind: 'signed', header: 'stripe-signature' },
      params: z.object({ sourceId: z.string().max(63) }),
      query: noParams,
      body: z.custom<Buffer>((value) => Buffer.isBuffer(value), 'the body is empty'),
      takes: 'bytes',
      limitBytes: MEGABYTE,
      response: receipt,
      handle: async ({ services, params, body, signature }) =>
        receiveFromStripe(services, { sourceId: params.sourceId, body, signature }),
    }),
  ],
});
