import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';

/** A key that the product's server signs tokens with; its secret is read where a token is checked, and nowhere else. */
export interface InAppKey {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Instant;
  readonly revokedAt: Instant | null;
}

const COLUMNS = `key_id as id, name, created_at as "createdAt", revoked_at as "revokedAt"`;

export const insertInAppKey = async (
  tx: TenantTx,
  key: InAppKey & { readonly secret: string; readonly createdBy: string },
): Promise<void> => {
  await tx.query(
    `insert into in_app_keys (tenant_id, key_id, name, secret, created_at, created_by) values ($1, $2, $3, $4, $5, $6)`,
    [tx.tenantId, key.id, key.name, key.secret, key.createdAt, key.createdBy],
  );
};

/** The newest first, revoked ones included. */
export const listInAppKeys = (tx: TenantTx): Promise<InAppKey[]> =>
  tx.query<InAppKey>(`select ${COLUMNS} from in_app_keys order by created_at desc, key_id`);

/** As it is stored: sealed. `null` where there is no such key, or it was revoked. */
export const secretInForce = async (tx: TenantTx, keyId: string): Promise<string | null> => {
  const [row] = await tx.query<{ secret: string }>(
    'select secret from in_app_keys where key_id = $1 and revoked_at is null',
    [keyId],
  );
  return row?.secret ?? null;
};

/** The newest key in force, its secret as it is stored. */
export const newestKey = async (
  tx: TenantTx,
): Promise<{ readonly id: string; readonly secret: string } | null> => {
  const [row] = await tx.query<{ id: string; secret: string }>(
    `select key_id as id, secret from in_app_keys where revoked_at is null order by created_at desc, key_id limit 1`,
  );
  return row ?? null;
};

/** Keys whose secret stands open, locked: they were made before secrets were sealed. */
export const openKeysLeft = (tx: TenantTx): Promise<{ id: string; secret: string }[]> =>
  tx.query(
    `select key_id as id, secret from in_app_keys where secret <> '' and secret not like '{%' for update`,
  );

export const replaceKeySecret = async (tx: TenantTx, id: string, secret: string): Promise<void> => {
  await tx.query('update in_app_keys set secret = $2 where key_id = $1', [id, secret]);
};

/** Ends a key for good and deletes its secret. True when it was in force. */
export const markInAppKeyRevoked = async (
  tx: TenantTx,
  keyId: string,
  now: Instant,
): Promise<boolean> => {
  const rows = await tx.query(
    `update in_app_keys set revoked_at = $2, secret = '' where key_id = $1 and revoked_at is null returning key_id`,
    [keyId, now],
  );
  return rows.length > 0;
};

export const tenantSalt = async (tx: TenantTx): Promise<string> => {
  const [row] = await tx.query<{ salt: string }>('select salt from tenants');
  return row?.salt ?? '';
};

/**
 * The account that the product calls so: our id, or its id in a connected system. Never a name, which two may bear.
 * `null` where there is none, or systems mean different accounts by it.
 */
export const accountCalled = async (tx: TenantTx, text: string): Promise<string | null> => {
  const rows = await tx.query<{ accountId: string }>(
    `select account_id as "accountId" from accounts where account_id = $1
     union
     select b.account_id from account_links b join links l on l.link_id = b.link_id
     where l.external_id = $1 and b.valid_to is null`,
    [text],
  );
  return rows.length === 1 ? (rows[0]?.accountId ?? null) : null;
};
