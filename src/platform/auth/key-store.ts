import type { Machine, Scope } from '../../domain/person.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx, Tx } from '../db/database.ts';

/** A key as people see it: everything but the secret, which nobody can see again. */
export interface ApiKey {
  readonly keyId: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly trust: 'client' | 'server';
  readonly createdAt: Instant;
  readonly createdBy: string;
  readonly expiresAt: Instant | null;
  readonly revokedAt: Instant | null;
  readonly lastUsedAt: Instant | null;
}

export const insertKey = async (
  tx: TenantTx,
  key: ApiKey & { readonly secretHash: string },
): Promise<void> => {
  await tx.query(
    `insert into api_keys
       (tenant_id, key_id, name, secret_hash, scopes, trust, created_at, created_by, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      tx.tenantId,
      key.keyId,
      key.name,
      key.secretHash,
      key.scopes,
      key.trust,
      key.createdAt,
      key.createdBy,
      key.expiresAt,
    ],
  );
};

/** Every key of the tenant, the newest first, revoked ones included. */
export const selectKeys = async (tx: TenantTx): Promise<ApiKey[]> =>
  tx.query<ApiKey & Record<string, unknown>>(
    `select key_id as "keyId", name, scopes, trust, created_at as "createdAt", created_by as "createdBy",
            expires_at as "expiresAt", revoked_at as "revokedAt", last_used_at as "lastUsedAt"
     from api_keys where tenant_id = $1 order by created_at desc, key_id`,
    [tx.tenantId],
  );

/** Returns false when there is no such key in force. */
export const markKeyRevoked = async (
  tx: TenantTx,
  keyId: string,
  now: Instant,
): Promise<boolean> => {
  const rows = await tx.query(
    `update api_keys set revoked_at = $3
     where tenant_id = $1 and key_id = $2 and revoked_at is null returning key_id`,
    [tx.tenantId, keyId, now],
  );
  return rows.length > 0;
};

/** The tenant whose key it is, before any tenant is set. */
export const selectKeyTenant = async (tx: Tx, keyId: string): Promise<string | null> => {
  const [row] = await tx.query<{ tenant_id: string | null }>(
    'select find_api_key($1) as tenant_id',
    [keyId],
  );
  return row?.tenant_id ?? null;
};

interface KeyRow {
  readonly name: string;
  readonly secret_hash: string;
  readonly scopes: readonly Scope[];
  readonly trust: 'client' | 'server';
}

/** A key in force. */
export const selectKey = async (
  tx: TenantTx,
  keyId: string,
  now: Instant,
): Promise<{ readonly secretHash: string; readonly machine: Machine } | null> => {
  const [row] = await tx.query<KeyRow & Record<string, unknown>>(
    `select name, secret_hash, scopes, trust from api_keys
     where tenant_id = $1 and key_id = $2 and revoked_at is null
       and (expires_at is null or expires_at > $3)`,
    [tx.tenantId, keyId, now],
  );
  if (row === undefined) return null;
  const { name, scopes, trust, secret_hash: secretHash } = row;
  return {
    secretHash,
    machine: { kind: 'machine', keyId, tenantId: tx.tenantId, name, scopes, trust },
  };
};

/** What a key is checked against, whether it is in force or not. */
export const selectKeyState = async (
  tx: TenantTx,
  keyId: string,
): Promise<{ readonly secretHash: string; readonly expiresAt: Instant | null } | null> => {
  const [row] = await tx.query<{ secretHash: string; expiresAt: Instant | null }>(
    `select secret_hash as "secretHash", expires_at as "expiresAt" from api_keys
     where tenant_id = $1 and key_id = $2`,
    [tx.tenantId, keyId],
  );
  return row ?? null;
};

/** Notes the use of a key, at most once a minute. */
export const noteKeyUse = async (tx: TenantTx, keyId: string, now: Instant): Promise<void> => {
  await tx.query(
    `update api_keys set last_used_at = $3
     where tenant_id = $1 and key_id = $2
       and (last_used_at is null or last_used_at < $3::timestamptz - interval '1 minute')`,
    [tx.tenantId, keyId, now],
  );
};
