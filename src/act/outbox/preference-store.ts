import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';

/** The language that each of these addresses asked for; those that asked for none are left out. */
export const findLanguages = (
  tx: TenantTx,
  hashes: readonly string[],
): Promise<{ addressHash: string; language: string }[]> =>
  tx.query(
    `select address_hash as "addressHash", language from contact_preferences where address_hash = any($1)`,
    [[...hashes]],
  );

export const saveLanguage = async (
  tx: TenantTx,
  entry: { readonly addressHash: string; readonly language: string; readonly at: Instant },
): Promise<void> => {
  await tx.query(
    `insert into contact_preferences (tenant_id, address_hash, language, chosen_at) values ($1, $2, $3, $4)
     on conflict (tenant_id, address_hash) do update set language = excluded.language, chosen_at = excluded.chosen_at`,
    [tx.tenantId, entry.addressHash, entry.language, entry.at],
  );
};
