import { createHmac } from 'node:crypto';
import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Viewer } from '../../connectors/in-app/message.ts';
import { inputError, RetinueError } from '../../domain/errors.ts';
import {
  addHours,
  epochMilliseconds,
  fromEpochMilliseconds,
  type Instant,
} from '../../domain/time.ts';
import type { Database, TenantTx } from '../../platform/db/database.ts';
import type { Vault } from '../../platform/secrets/vault.ts';
import { accountCalled, listInAppKeys, newestKey, secretInForce, tenantSalt } from './key-store.ts';
import { kidOf, openedKey } from './keys.ts';

const AUDIENCE = 'retinue';
const ALGORITHM = 'HS256';
const LONGEST_HOURS = 24;
/** Seconds that the product's clock may be off. */
const TOLERANCE = 60;

const claims = z.object({
  sub: z.string().min(1).max(200),
  account: z.string().min(1).max(200),
  contact: z.string().min(1).max(200).optional(),
  email: z.string().max(320).optional(),
  exp: z.number(),
});

/**
 * Who is looking, by a token that the product's server signed for its signed-in user: a JWT (HS256) with `kid`, `aud`
 * `retinue`, `sub` (the user's id there), `account` (our id of the account, or its id in a connected system), `exp` at
 * most a day ahead, and `email` or `contact` for messages to that person alone. Errors: `in_app_token_invalid` (401).
 */
export const viewerOf = async (
  { db, vault }: { readonly db: Database; readonly vault: Vault },
  token: string,
  now: Instant,
): Promise<Viewer> => {
  const kid = kidIn(token);
  return db.withTenant(kid.tenantId, async (tx) => {
    const stored = await secretInForce(tx, kid.keyId);
    if (stored === null) throw invalid('its key is not known or was revoked');
    const secret = await openedKey(vault, kid.tenantId, kid.keyId, stored);
    const said = await verify(token, secret, now);
    const accountId = await accountCalled(tx, said.account);
    if (accountId === null) throw invalid('its account is not known here, or is not one alone');
    return {
      tenantId: tx.tenantId,
      accountId,
      userHash: userHash(await tenantSalt(tx), said.sub),
      email: said.email?.trim().toLowerCase() ?? null,
      contactId: said.contact ?? null,
      expiresAt: fromEpochMilliseconds(said.exp * 1000),
    };
  });
};

/** The key that a refused token names, where there is one: for the record, never for whoever sent it. */
export const keyNamed = async (
  db: Database,
  token: string,
): Promise<{ readonly tenantId: string; readonly keyId: string } | null> => {
  try {
    const named = kidIn(token);
    const keys = await db.withTenant(named.tenantId, (tx) => listInAppKeys(tx));
    return keys.some(({ id }) => id === named.keyId) ? named : null;
  } catch (error) {
    if (error instanceof RetinueError && error.family === 'input') return null;
    throw error;
  }
};

const kidIn = (token: string): { readonly tenantId: string; readonly keyId: string } => {
  const kid = headerKid(token);
  const dot = kid.lastIndexOf('.');
  if (dot < 1) throw invalid('its header names no `kid` of ours');
  return { tenantId: kid.slice(0, dot), keyId: kid.slice(dot + 1) };
};

const headerKid = (token: string): string => {
  try {
    return decodeProtectedHeader(token).kid ?? '';
  } catch {
    throw invalid('it is no JWT');
  }
};

const verify = async (
  token: string,
  secret: string,
  now: Instant,
): Promise<z.infer<typeof claims>> => {
  try {
    const { payload } = await jwtVerify(token, keyOf(secret), {
      algorithms: [ALGORITHM],
      audience: AUDIENCE,
      requiredClaims: ['exp', 'sub', 'account'],
      clockTolerance: TOLERANCE,
      // eslint-disable-next-line no-restricted-syntax -- the library takes no other form of a moment that it is given
      currentDate: new Date(epochMilliseconds(now)),
    });
    const said = claims.parse(payload);
    if (said.exp * 1000 > epochMilliseconds(addHours(now, LONGEST_HOURS)) + TOLERANCE * 1000)
      throw invalid('it lives longer than a day');
    return said;
  } catch (error) {
    if (error instanceof errors.JOSEError) throw invalid(error.message);
    if (error instanceof z.ZodError) throw invalid('its claims are not as documented');
    throw error;
  }
};

const keyOf = (secret: string): Uint8Array => new TextEncoder().encode(secret);

const userHash = (salt: string, user: string): string =>
  createHmac('sha256', salt).update(`in-app user ${user}`).digest('hex').slice(0, 32);

const invalid = (why: string) =>
  inputError('in_app_token_invalid', `the token is not good: ${why}`, { status: 401 });

/** A token as the product's server would sign it, for trying the widget out. Errors: `in_app_key_not_found`. */
export const signToken = async (
  tx: TenantTx,
  input: {
    readonly user: string;
    readonly account: string;
    readonly contact?: string | undefined;
    readonly email?: string | undefined;
    readonly hours: number;
    readonly now: Instant;
    readonly vault: Vault;
  },
): Promise<{ readonly token: string; readonly expiresAt: Instant }> => {
  const key = await newestKey(tx);
  if (key === null)
    throw inputError(
      'in_app_key_not_found',
      'there is no in-app key; make one with `retinue in-app key <name>`',
    );
  const expiresAt = addHours(input.now, input.hours);
  const { account, contact, email } = input;
  const token = await new SignJWT({
    account,
    ...(contact === undefined ? {} : { contact }),
    ...(email === undefined ? {} : { email }),
  })
    .setProtectedHeader({ alg: ALGORITHM, kid: kidOf(tx.tenantId, key.id) })
    .setSubject(input.user)
    .setAudience(AUDIENCE)
    .setIssuedAt(Math.floor(epochMilliseconds(input.now) / 1000))
    .setExpirationTime(Math.floor(epochMilliseconds(expiresAt) / 1000))
    .sign(keyOf(await openedKey(input.vault, tx.tenantId, key.id, key.secret)));
  return { token, expiresAt };
};
