import { inputError } from '../../domain/errors.ts';
import type { Person, Scope } from '../../domain/person.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../db/database.ts';
import { insertKey, markKeyRevoked, selectKeys, type ApiKey } from './key-store.ts';
import { requireRight } from './rights.ts';
import { hashSecret, newIdentifier, newSecret, type RandomBytes } from './secret.ts';
import { tokenText } from './token.ts';

export interface NewKey {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** `client` for a browser or an app, where anyone can read the key: it may only ingest, and moves no money. */
  readonly trust: 'client' | 'server';
  readonly expiresAt?: Instant;
  readonly by: Person;
  readonly now: Instant;
}

/**
 * Makes an API key. `secret` is the whole text of the key and is shown this once; only a hash of it is kept.
 * Throws `auth.not_allowed`, `auth.key_invalid`.
 */
export const createKey = async (
  tx: TenantTx,
  input: NewKey,
  random: RandomBytes,
): Promise<{ readonly keyId: string; readonly secret: string }> => {
  requireRight(input.by, 'manage_keys');
  const fault = faultIn(input);
  if (fault !== null) throw inputError('auth.key_invalid', fault);
  const keyId = newIdentifier(random);
  const secret = newSecret(random);
  await insertKey(tx, {
    keyId,
    name: input.name.trim(),
    scopes: [...new Set(input.scopes)],
    trust: input.trust,
    secretHash: hashSecret(secret),
    createdAt: input.now,
    createdBy: input.by.id,
    expiresAt: input.expiresAt ?? null,
    revokedAt: null,
    lastUsedAt: null,
  });
  return { keyId, secret: tokenText({ kind: 'key', id: keyId, secret }) };
};

const faultIn = ({ name, scopes, trust, expiresAt, now }: NewKey): string | null => {
  if (name.trim() === '') return 'a key needs a name: say who uses it';
  if (scopes.length === 0) return 'a key needs at least one scope of ingest, read, propose';
  if (trust === 'client' && scopes.some((scope) => scope !== 'ingest')) {
    return 'a client key can be read by anyone and may only ingest: use `server` for other scopes';
  }
  if (expiresAt !== undefined && expiresAt <= now) return 'the key would have expired already';
  return null;
};

/** Every key of the tenant, the newest first, revoked ones included. */
export const listKeys = async (tx: TenantTx): Promise<ApiKey[]> => selectKeys(tx);

/** Ends a key for good. Throws `auth.not_allowed`, `auth.no_key`. */
export const revokeKey = async (
  tx: TenantTx,
  input: { readonly keyId: string; readonly by: Person; readonly now: Instant },
): Promise<void> => {
  requireRight(input.by, 'manage_keys');
  if (await markKeyRevoked(tx, input.keyId, input.now)) return;
  throw inputError(
    'auth.no_key',
    `there is no key \`${input.keyId}\` in force: list them with \`retinue keys\``,
  );
};
