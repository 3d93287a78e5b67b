import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import {
  countDeliveries,
  listDeliveries,
  type DeliveryCounts,
} from '../act/webhooks/delivery-store.ts';
import { wordsOf } from '../act/webhooks/deliver.ts';
import type { Endpoint } from '../act/webhooks/endpoint.ts';
import { listEndpoints, loadEndpoint } from '../act/webhooks/endpoint-store.ts';
import {
  addEndpoint,
  enableEndpoint,
  removeEndpoint,
  rotateSecret,
} from '../act/webhooks/register.ts';
import { openedSecrets } from '../act/webhooks/secrets.ts';
import { secretsInForce, signedRequest } from '../act/webhooks/sign.ts';
import { inputError } from '../domain/errors.ts';
import { newIdentifier } from '../platform/auth/secret.ts';
import { defineResource, defineRoute } from './define.ts';
import { idParam, instantText, limitQuery, noParams } from './schemas.ts';

const endpointShape = z.object({
  id: z.string(),
  url: z.string(),
  description: z.string(),
  eventTypes: z.array(z.string()).describe('none: every type'),
  status: z.enum(['active', 'disabled', 'removed']),
  disabledReason: z.string().nullable(),
  failures: z.number().int().describe('in a row, since the last good answer'),
  failingSince: instantText.nullable(),
  restUntil: instantText.nullable().describe('until then nothing is sent to it'),
  oldSecretUntil: instantText.nullable().describe('until then the secret before signs as well'),
  createdAt: instantText,
  deliveries: z.object({
    pending: z.number().int(),
    delivered: z.number().int(),
    givenUp: z.number().int(),
    lastDeliveredAt: instantText.nullable(),
    lastAnswer: z.string().nullable(),
  }),
});

export type WebhookShape = z.infer<typeof endpointShape>;

const withSecret = endpointShape.extend({
  secret: z.string().describe('shown this once; receivers verify signatures with it'),
});

const view = { kind: 'reader', right: 'view' } as const;
const manage = { kind: 'person', right: 'manage_webhooks' } as const;

const shapeOf = (endpoint: Endpoint, counts: readonly DeliveryCounts[] = []): WebhookShape => {
  const { id, url, description, eventTypes, status, disabledReason } = endpoint;
  const { failures, failingSince, restUntil, previousUntil, createdAt } = endpoint;
  const own = counts.find(({ endpointId }) => endpointId === id);
  return {
    ...{ id, url, description, eventTypes: [...eventTypes], status, disabledReason },
    ...{ failures, failingSince, restUntil, oldSecretUntil: previousUntil, createdAt },
    deliveries: {
      pending: own?.pending ?? 0,
      delivered: own?.delivered ?? 0,
      givenUp: own?.givenUp ?? 0,
      lastDeliveredAt: own?.lastDeliveredAt ?? null,
      lastAnswer: own?.lastAnswer ?? null,
    },
  };
};

export const listWebhooksRoute = defineRoute({
  id: 'listWebhooks',
  method: 'get',
  path: '/v1/webhooks',
  summary: 'Who is told of events, and how that goes',
  access: view,
  params: noParams,
  query: noParams,
  body: null,
  response: z.object({ items: z.array(endpointShape) }),
  handle: ({ services, caller }) =>
    services.db.withTenant(caller.tenantId, async (tx) => {
      const counts = await countDeliveries(tx);
      return { items: (await listEndpoints(tx)).map((endpoint) => shapeOf(endpoint, counts)) };
    }),
});

export const addWebhookRoute = defineRoute({
  id: 'addWebhook',
  method: 'post',
  path: '/v1/webhooks',
  summary: 'Have events sent to an address, signed by Standard Webhooks, from here on',
  access: manage,
  params: noParams,
  query: noParams,
  body: z.strictObject({
    url: z.string().min(1).max(2000),
    description: z.string().max(200).default(''),
    eventTypes: z.array(z.string().min(1).max(100)).max(100).default([]),
  }),
  status: 201,
  response: withSecret,
  handle: async ({ services, caller, body }) => {
    const { webhooks: sender, secrets } = services;
    const input = { ...body, by: caller, now: services.now(), sender, vault: secrets.vault };
    const { endpoint, secret } = await services.db.withTenant(caller.tenantId, (tx) =>
      addEndpoint(tx, input, randomBytes),
    );
    return { ...shapeOf(endpoint), secret };
  },
});

export const removeWebhookRoute = defineRoute({
  id: 'removeWebhook',
  method: 'post',
  path: '/v1/webhooks/{id}/remove',
  summary: 'Send nothing more to an address',
  access: manage,
  params: idParam,
  query: noParams,
  body: z.object({}).default({}),
  response: z.object({ removed: z.string() }),
  handle: async ({ services, caller, params: { id } }) => {
    await services.db.withTenant(caller.tenantId, (tx) =>
      removeEndpoint(tx, { id, by: caller, now: services.now() }),
    );
    return { removed: id };
  },
});

export const rotateWebhookRoute = defineRoute({
  id: 'rotateWebhookSecret',
  method: 'post',
  path: '/v1/webhooks/{id}/rotate',
  summary: 'A new signing secret; for a while the old one signs as well',
  access: manage,
  params: idParam,
  query: noParams,
  body: z.strictObject({
    overlapHours: z
      .number()
      .min(0)
      .max(30 * 24)
      .default(24)
      .describe('how long the old one goes on; 0 where it leaked'),
  }),
  response: withSecret,
  handle: async ({ services, caller, params, body }) => {
    const { vault } = services.secrets;
    const input = { id: params.id, ...body, by: caller, now: services.now(), vault };
    const { endpoint, secret } = await services.db.withTenant(caller.tenantId, (tx) =>
      rotateSecret(tx, input, randomBytes),
    );
    return { ...shapeOf(endpoint), secret };
  },
});

export const enableWebhookRoute = defineRoute({
  id: 'enableWebhook',
  method: 'post',
  path: '/v1/webhooks/{id}/enable',
  summary: 'Use one again that was switched off; whatever it missed is sent, oldest first',
  access: manage,
  params: idParam,
  query: noParams,
  body: z.object({}).default({}),
  response: endpointShape,
  handle: ({ services, caller, params: { id } }) =>
    services.db.withTenant(caller.tenantId, async (tx) => {
      const endpoint = await enableEndpoint(tx, { id, by: caller, now: services.now() });
      return shapeOf(endpoint, await countDeliveries(tx));
    }),
});

export const testWebhookRoute = defineRoute({
  id: 'testWebhook',
  method: 'post',
  path: '/v1/webhooks/{id}/test',
  summary: 'Send a signed `webhook.test` at once, and say what came back',
  access: manage,
  params: idParam,
  query: noParams,
  body: z.object({}).default({}),
  response: z.object({
    endpointId: z.string(),
    eventId: z.string(),
    good: z.boolean(),
    answer: z.string().describe('`HTTP 204`, or why there was none'),
  }),
  handle: async ({ services, caller, params: { id } }) => {
    const now = services.now();
    const held = await services.db.withTenant(caller.tenantId, async (tx) => ({
      endpoint: await loadEndpoint(tx, id),
      secrets: await openedSecrets(tx, services.secrets.vault, id),
    }));
    if (held.endpoint === null || held.secrets === null)
      throw inputError('webhook_not_found', `there is no webhook \`${id}\``);
    const eventId = `evt-test-${newIdentifier(randomBytes)}`;
    const event = { id: eventId, type: 'webhook.test', timestamp: now, position: null };
    const request = signedRequest(
      held.endpoint.url,
      { ...event, data: { endpointId: id } },
      secretsInForce(held.secrets, now),
      now,
    );
    const answer = await services.webhooks.post(request);
    const good = answer.kind === 'answered' && answer.status >= 200 && answer.status < 300;
    return { endpointId: id, eventId, good, answer: wordsOf(answer) };
  },
});

export const listDeliveriesRoute = defineRoute({
  id: 'listWebhookDeliveries',
  method: 'get',
  path: '/v1/webhooks/{id}/deliveries',
  summary: 'What was sent to an address, or waits to be, the newest first',
  access: view,
  reads: 'records',
  params: idParam,
  query: z.object({
    status: z.enum(['pending', 'delivered', 'given_up']).optional(),
    limit: limitQuery(1000, 50),
  }),
  body: null,
  response: z.object({
    items: z.array(
      z.object({
        eventId: z.string(),
        eventType: z.string(),
        position: z.number().int(),
        status: z.enum(['pending', 'delivered', 'given_up']),
        attempts: z.number().int(),
        nextAttemptAt: instantText.nullable(),
        lastAttemptAt: instantText.nullable(),
        lastAnswer: z.string().nullable(),
        createdAt: instantText,
      }),
    ),
  }),
  handle: ({ services, caller, params, query }) =>
    services.db.withTenant(caller.tenantId, async (tx) => {
      if ((await loadEndpoint(tx, params.id)) === null)
        throw inputError('webhook_not_found', `there is no webhook \`${params.id}\``);
      const { status, limit } = query;
      const items = await listDeliveries(tx, {
        endpointId: params.id,
        limit,
        ...(status === undefined ? {} : { status }),
      });
      return { items };
    }),
});

export default defineResource({
  id: 'webhooks',
  title: 'Who is told of events',
  routes: [
    listWebhooksRoute,
    addWebhookRoute,
    removeWebhookRoute,
    rotateWebhookRoute,
    enableWebhookRoute,
    testWebhookRoute,
    listDeliveriesRoute,
  ],
});
