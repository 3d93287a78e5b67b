import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { RetinueError } from '../domain/errors.ts';
import type { Instant } from '../domain/time.ts';
import { redeemLoginLink, type SignIn } from '../platform/auth/login.ts';
import { currentConfig } from '../platform/config/store.ts';
import { ROLES, type Person } from '../domain/person.ts';
import { recordChange } from './record-change.ts';
import { defineResource, defineRoute, type Services } from './define.ts';
import { instantText, noParams } from './schemas.ts';

const personShape = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  roles: z.array(z.enum(ROLES)),
});

const tenantShape = z.object({ id: z.string(), name: z.string() });

export const redeemRoute = defineRoute({
  id: 'redeemLoginLink',
  method: 'post',
  path: '/v1/session',
  summary: 'Turn a one-time login link into a session',
  access: { kind: 'public', because: 'the one-time token in the body is the credential' },
  params: noParams,
  query: noParams,
  body: z.object({ token: z.string().min(1).max(500) }),
  limitBytes: 4096,
  status: 201,
  response: z.object({
    sessionToken: z.string(),
    expiresAt: instantText,
    person: personShape,
    tenant: tenantShape,
  }),
  handle: async ({ services, body }) => {
    const now = services.now();
    const signIn = await redeem(services, body.token, now);
    const { person } = signIn;
    await services.db.withTenant(person.tenantId, (tx) =>
      recordChange(tx, 'sign_in', person, {}, now),
    );
    return {
      sessionToken: signIn.sessionToken,
      expiresAt: signIn.expiresAt,
      person: shapeOf(signIn.person),
      tenant: await tenantOf(services, signIn.person.tenantId),
    };
  },
});

/** The router sees no token in a body: who was refused is noted here. */
const redeem = async (services: Services, token: string, now: Instant): Promise<SignIn> => {
  try {
    return await redeemLoginLink(services.db, token, now, randomBytes);
  } catch (error) {
    if (error instanceof RetinueError && error.code === 'auth.link_refused') {
      const refused = { what: 'redeemLoginLink', code: error.code, caller: null };
      await services.accessRecord.refused({ ...refused, credentials: token });
    }
    throw error;
  }
};

export const askForLinkRoute = defineRoute({
  id: 'askForLoginLink',
  method: 'post',
  path: '/v1/session/link',
  summary: 'Have a one-time login link printed where the server runs',
  access: {
    kind: 'public',
    because: 'the link appears on the terminal of the server alone, and the answer tells nothing',
  },
  params: noParams,
  query: noParams,
  body: z.object({
    tenant: z.string().max(100).optional(),
    person: z.string().max(200).optional().describe('id or e-mail address'),
  }),
  limitBytes: 4096,
  status: 202,
  response: z.object({ asked: z.literal(true) }),
  handle: async ({ services, body }) => {
    await services.printLoginLink?.({ tenantId: body.tenant ?? null, person: body.person ?? null });
    return { asked: true };
  },
});

export const whoAmIRoute = defineRoute({
  id: 'whoAmI',
  method: 'get',
  path: '/v1/session',
  summary: 'Who is signed in, or which key this is',
  access: { kind: 'reader', right: 'view' },
  params: noParams,
  query: noParams,
  body: null,
  response: z.object({
    tenant: tenantShape,
    person: personShape.nullable(),
    key: z.object({ keyId: z.string(), name: z.string(), scopes: z.array(z.string()) }).nullable(),
  }),
  handle: async ({ services, caller }) => ({
    tenant: await tenantOf(services, caller.tenantId),
    person: caller.kind === 'person' ? shapeOf(caller) : null,
    key:
      caller.kind === 'machine'
        ? { keyId: caller.keyId, name: caller.name, scopes: [...caller.scopes] }
        : null,
  }),
});

const shapeOf = ({ id, name, email, roles }: Person) => ({ id, name, email, roles: [...roles] });

const tenantOf = async (services: Services, tenantId: string) => {
  const config = await services.db.withTenant(tenantId, (tx) => currentConfig(tx));
  return { id: tenantId, name: config.name };
};

export default defineResource({
  id: 'session',
  title: 'Signing in',
  routes: [redeemRoute, askForLinkRoute, whoAmIRoute],
});
