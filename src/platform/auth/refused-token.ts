import type { Instant } from '../../domain/time.ts';
import type { Database } from '../db/database.ts';
import { selectKeyTenant, selectKeyState } from './key-store.ts';
import { secretMatches } from './secret.ts';
import { selectLinkState, selectSessionState, type TokenState } from './sign-in-store.ts';
import { readCredentials, readToken, type Token } from './token.ts';

/** Whose credentials were refused, and why. */
export interface RefusedToken {
  readonly tenantId: string;
  readonly personId?: string;
  readonly keyId?: string;
  readonly why: 'wrong_secret' | 'revoked' | 'expired';
}

type Doors = Pick<Database, 'withTenant' | 'withoutTenant'>;

/**
 * What is known of credentials that were just refused: for the record, never for whoever sent them. `null` where nothing
 * of ours is behind them, for whoever makes up a token makes up its tenant. Takes what `authenticate` takes, or a login
 * token.
 */
export const whyRefused = async (
  db: Doors,
  credentials: string,
  now: Instant,
): Promise<RefusedToken | null> => {
  const token = readCredentials(credentials) ?? readToken(credentials);
  if (token === null) return null;
  if (token.kind === 'key') return refusedKey(db, token, now);
  const select = token.kind === 'session' ? selectSessionState : selectLinkState;
  const state = await db.withTenant(token.tenantId, (tx) => select(tx, token.id));
  if (state === null) return null;
  const { tenantId } = token;
  return { tenantId, personId: state.personId, why: reason(token, state, now) };
};

const refusedKey = async (db: Doors, token: Token, now: Instant): Promise<RefusedToken | null> => {
  const tenantId = await db.withoutTenant((tx) => selectKeyTenant(tx, token.id));
  if (tenantId === null) return null;
  const state = await db.withTenant(tenantId, (tx) => selectKeyState(tx, token.id));
  return state === null ? null : { tenantId, keyId: token.id, why: reason(token, state, now) };
};

const reason = (
  token: Token,
  { secretHash, expiresAt }: Omit<TokenState, 'personId'>,
  now: Instant,
): RefusedToken['why'] => {
  if (!secretMatches(token.secret, secretHash)) return 'wrong_secret';
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'revoked';
};
