import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { listInAppKeys } from '../../act/in-app/key-store.ts';
import { createInAppKey, kidOf, revokeInAppKey } from '../../act/in-app/keys.ts';
import { listMessages, withdraw } from '../../act/in-app/messages.ts';
import { signToken } from '../../act/in-app/token.ts';
import { accountNames } from '../names.ts';
import { defineResource, defineRoute } from '../define.ts';
import { idParam, instantText, limitQuery, noParams } from '../schemas.ts';

const manage = { kind: 'person', right: 'manage_keys' } as const;

const messageShape = z.object({
  id: z.string(),
  accountId: z.string(),
  accountName: z.string(),
  caseId: z.string().nullable(),
  contactId: z.string(),
  audience: z.enum(['contact', 'account']),
  templateId: z.string(),
  subject: z.string(),
  placedAt: instantText,
  expiresAt: instantText,
  withdrawnAt: instantText.nullable(),
  seen: z.number().int().describe('users who saw it'),
  dismissed: z.number().int(),
  clicked: z.number().int(),
});

export type InAppMessageShape = z.infer<typeof messageShape>;

export const listInAppMessagesRoute = defineRoute({
  id: 'listInAppMessages',
  method: 'get',
  path: '/v1/in-app/messages',
  summary: 'Messages placed in the product, the newest first, and what became of them',
  access: { kind: 'reader', right: 'view' },
  reads: 'personal_data',
  params: noParams,
  query: z.object({
    account: z.string().max(200).optional().describe('our account id'),
    limit: limitQuery(1000, 100),
  }),
  body: null,
  response: z.object({ items: z.array(messageShape) }),
  handle: ({ services, caller, query }) =>
    services.db.withTenant(caller.tenantId, async (tx) => {
      const { account, limit } = query;
      const messages = await listMessages(tx, {
        limit,
        ...(account === undefined ? {} : { accountId: account }),
      });
      const names = await accountNames(tx, messages);
      const items = messages.map((message) => ({
        ...message,
        accountName: names.get(message.accountId) ?? message.accountId,
      }));
      return { items };
    }),
});

export const withdrawInAppMessageRoute = defineRoute({
  id: 'withdrawInAppMessage',
  method: 'post',
  path: '/v1/in-app/messages/{id}/withdraw',
  summary: 'Show a message to nobody more',
  access: { kind: 'person', right: 'recall' },
  params: idParam,
  query: noParams,
  body: z.object({}).default({}),
  response: z.object({ withdrawn: z.string() }),
  handle: async ({ services, caller, params: { id } }) => {
    await services.db.withTenant(caller.tenantId, (tx) =>
      withdraw(tx, { messageId: id, by: caller, now: services.now() }),
    );
    return { withdrawn: id };
  },
});

export const listInAppKeysRoute = defineRoute({
  id: 'listInAppKeys',
  method: 'get',
  path: '/v1/in-app/keys',
  summary: 'Keys with which the product’s server says who is looking',
  access: { kind: 'reader', right: 'view' },
  params: noParams,
  query: noParams,
  body: null,
  response: z.object({
    items: z.array(
      z.object({
        id: z.string(),
        kid: z.string(),
        name: z.string(),
        createdAt: instantText,
        revokedAt: instantText.nullable(),
      }),
    ),
  }),
  handle: ({ services, caller }) =>
    services.db.withTenant(caller.tenantId, async (tx) => ({
      items: (await listInAppKeys(tx)).map((key) => ({ ...key, kid: kidOf(tx.tenantId, key.id) })),
    })),
});

export const createInAppKeyRoute = defineRoute({
  id: 'createInAppKey',
  method: 'post',
  path: '/v1/in-app/keys',
  summary: 'A key for the product’s server; its secret is shown this once',
  access: manage,
  params: noParams,
  query: noParams,
  body: z.strictObject({ name: z.string().trim().min(1).max(100) }),
  status: 201,
  response: z.object({
    kid: z.string().describe('goes into the header of each token'),
    secret: z.string().describe('sign tokens with these characters by HS256, on a server alone'),
  }),
  handle: ({ services, caller, body }) =>
    services.db.withTenant(caller.tenantId, (tx) =>
      createInAppKey(
        tx,
        { name: body.name, by: caller, now: services.now(), vault: services.secrets.vault },
        randomBytes,
      ),
    ),
});

export const revokeInAppKeyRoute = defineRoute({
  id: 'revokeInAppKey',
  method: 'post',
  path: '/v1/in-app/keys/{id}/revoke',
  summary: 'End a key: tokens signed with it open nothing any more',
  access: manage,
  params: idParam,
  query: noParams,
  body: z.object({}).default({}),
  response: z.object({ revoked: z.string() }),
  handle: async ({ services, caller, params: { id } }) => {
    await services.db.withTenant(caller.tenantId, (tx) =>
      revokeInAppKey(tx, { id, by: caller, now: services.now() }),
    );
    return { revoked: id };
  },
});

const HOURS_OF_A_TRIAL = 1;

export const createInAppTokenRoute = defineRoute({
  id: 'createInAppToken',
  method: 'post',
  path: '/v1/in-app/tokens',
  summary: 'A token as the product’s server would sign it, good for an hour: to try the widget out',
  access: manage,
  params: noParams,
  query: noParams,
  body: z.strictObject({
    account: z.string().min(1).max(200).describe('our id of the account, or its id elsewhere'),
    user: z.string().min(1).max(200).default('trial'),
    contact: z.string().max(200).optional(),
    email: z.string().max(320).optional(),
  }),
  status: 201,
  response: z.object({ token: z.string(), expiresAt: instantText }),
  handle: ({ services, caller, body }) =>
    services.db.withTenant(caller.tenantId, (tx) =>
      signToken(tx, {
        ...{ ...body, hours: HOURS_OF_A_TRIAL, now: services.now() },
        vault: services.secrets.vault,
      }),
    ),
});

export default defineResource({
  id: 'in_app',
  title: 'Messages in the product',
  routes: [
    listInAppMessagesRoute,
    withdrawInAppMessageRoute,
    listInAppKeysRoute,
    createInAppKeyRoute,
    revokeInAppKeyRoute,
    createInAppTokenRoute,
  ],
});
