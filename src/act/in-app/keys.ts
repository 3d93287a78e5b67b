import { inputError } from '../../domain/errors.ts';
import type { Person } from '../../domain/person.ts';
import type { Instant } from '../../domain/time.ts';
import { newIdentifier, newSecret, type RandomBytes } from '../../platform/auth/secret.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { openText, sealText } from '../../platform/secrets/sealed-text.ts';
import type { Vault } from '../../platform/secrets/vault.ts';
import { LIVE } from '../../domain/case.ts';
import { record } from '../ledger/ledger.ts';
import {
  insertInAppKey,
  markInAppKeyRevoked,
  openKeysLeft,
  replaceKeySecret,
} from './key-store.ts';

interface By {
  readonly by: Person;
  readonly now: Instant;
}

/** Makes a key for the product's server. `kid` and `secret` are what it signs with; the secret is shown this once. */
export const createInAppKey = async (
  tx: TenantTx,
  { name, by, now, vault }: By & { readonly name: string; readonly vault: Vault },
  random: RandomBytes,
): Promise<{ readonly kid: string; readonly secret: string }> => {
  const [id, secret] = [newIdentifier(random), newSecret(random)];
  await insertInAppKey(tx, {
    ...{ id, name, createdAt: now, createdBy: by.id, revokedAt: null },
    secret: await sealText(vault, secret, aboutOf(tx.tenantId, id)),
  });
  await note(tx, 'in_app_key.created', id, by, now);
  return { kid: kidOf(tx.tenantId, id), secret };
};

/** Ends a key: tokens signed with it open nothing any more. Errors: `in_app_key_not_found`. */
export const revokeInAppKey = async (
  tx: TenantTx,
  { id, by, now }: By & { readonly id: string },
): Promise<void> => {
  if (!(await markInAppKeyRevoked(tx, id, now)))
    throw inputError('in_app_key_not_found', `there is no in-app key \`${id}\` in force`);
  await note(tx, 'in_app_key.revoked', id, by, now);
};

const aboutOf = (tenantId: string, keyId: string): string => `${tenantId} in-app key ${keyId}`;

/** What a key signs with, from what is stored of it. Errors are those of the vault. */
export const openedKey = (vault: Vault, tenantId: string, id: string, stored: string) =>
  openText(vault, stored, aboutOf(tenantId, id));

/** Seals what was written open; run again, it finds nothing. Returns how many secrets it sealed. */
export const sealInAppKeys = async (tx: TenantTx, vault: Vault): Promise<number> => {
  const left = await openKeysLeft(tx);
  for (const { id, secret } of left) {
    await replaceKeySecret(tx, id, await sealText(vault, secret, aboutOf(tx.tenantId, id)));
  }
  return left.length;
};

/** The `kid` of a token's header: whose key, and which. */
export const kidOf = (tenantId: string, keyId: string): string => `${tenantId}.${keyId}`;

const note = async (tx: TenantTx, kind: string, keyId: string, by: Person, at: Instant) => {
  await record(tx, {
    ...{ world: LIVE.id, kind, subjects: { personId: by.id }, body: { keyId }, at },
  });
};
