import { randomBytes } from 'node:crypto';
import type { Instant } from '../domain/time.ts';
import type { Database, TenantTx } from './db/database.ts';

export interface TenantEntry {
  readonly id: string;
  readonly name: string;
  readonly isSample: boolean;
}

/** All tenants of the database, by id: one of the few look-ups that come before the tenant is known. */
export const listTenants = async (db: Pick<Database, 'withoutTenant'>): Promise<TenantEntry[]> =>
  db.withoutTenant((tx) =>
    tx.query<{ id: string; name: string; isSample: boolean }>(
      'select tenant_id as id, name, is_sample as "isSample" from list_tenants()',
    ),
  );

/** Makes the tenant of this transaction, with its live world. False when it exists already. */
export const createTenant = async (
  tx: TenantTx,
  tenant: {
    readonly name: string;
    readonly isSample?: boolean;
    /** Fixes the holdout arms; drawn by lot where it is left out, as it should be for a real company. */
    readonly salt?: string;
    readonly now: Instant;
  },
): Promise<boolean> => {
  const rows = await tx.query(
    `insert into tenants (tenant_id, name, created_at, salt, is_sample) values ($1, $2, $3, $4, $5)
     on conflict do nothing returning tenant_id`,
    [
      tx.tenantId,
      tenant.name,
      tenant.now,
      tenant.salt ?? randomBytes(32).toString('hex'),
      tenant.isSample ?? false,
    ],
  );
  await tx.query(
    `insert into worlds (tenant_id, world, kind, created_at) values ($1, 'live', 'live', $2) on conflict do nothing`,
    [tx.tenantId, tenant.now],
  );
  return rows.length > 0;
};
