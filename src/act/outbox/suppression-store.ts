import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';

/** Everything, or one category of message. */
export const SUPPRESSION_SCOPES = ['all', 'service', 'contract', 'marketing'] as const;
export type SuppressionScope = (typeof SUPPRESSION_SCOPES)[number];

export interface Suppression {
  readonly category: SuppressionScope;
  /** Enough for a person to recognise the address, not enough to write to it: `d…@customer.example`. */
  readonly hint: string;
  readonly addressHash: string;
  readonly reason: string;
  readonly by: string;
  readonly at: Instant;
}

const COLUMNS = `category, hint, address_hash as "addressHash", reason, suppressed_by as "by", suppressed_at as "at"`;

export const tenantSalt = async (tx: TenantTx): Promise<string> => {
  const [row] = await tx.query<{ salt: string }>('select salt from tenants where tenant_id = $1', [
    tx.tenantId,
  ]);
  return row?.salt ?? '';
};

/** True when it was not on the list before; an address that is keeps its first reason. */
export const insertSuppression = async (tx: TenantTx, entry: Suppression): Promise<boolean> => {
  const rows = await tx.query(
    `insert into suppressions (tenant_id, address_hash, hint, reason, suppressed_by, suppressed_at, category)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning address_hash`,
    [tx.tenantId, entry.addressHash, entry.hint, entry.reason, entry.by, entry.at, entry.category],
  );
  return rows.length > 0;
};

/** Of `all`, every entry of the address goes. */
export const deleteSuppression = async (
  tx: TenantTx,
  addressHash: string,
  category: SuppressionScope,
): Promise<boolean> => {
  const rows = await tx.query(
    `delete from suppressions where address_hash = $1 and ($2 = 'all' or category = $2) returning address_hash`,
    [addressHash, category],
  );
  return rows.length > 0;
};

export const findSuppressions = (tx: TenantTx, hashes: readonly string[]): Promise<Suppression[]> =>
  tx.query<Suppression>(`select ${COLUMNS} from suppressions where address_hash = any($1)`, [
    [...hashes],
  ]);

/** Newest first. At most 1000. */
export const listSuppressed = (tx: TenantTx): Promise<Suppression[]> =>
  tx.query<Suppression>(
    `select ${COLUMNS} from suppressions order by suppressed_at desc, hint, category limit 1000`,
  );
