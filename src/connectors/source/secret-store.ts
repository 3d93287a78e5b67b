import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { SecretPurpose, SourceSecret } from './source.ts';

interface SecretRow extends Omit<SourceSecret, 'kept'> {
  readonly environment: string | null;
  readonly sealed: unknown;
}

/** The secrets of a source, the newest first; retired ones too. */
export const listSecrets = async (tx: TenantTx, sourceId: string): Promise<SourceSecret[]> => {
  const rows = await tx.query<SecretRow>(
    `select secret_id as "secretId", source_id as "sourceId", purpose, environment, sealed, hint,
       added_at as "addedAt", added_by as "addedBy", retired_at as "retiredAt"
     from source_secrets where source_id = $1 order by added_at desc, secret_id`,
    [sourceId],
  );
  return rows.map(({ environment, sealed, ...row }) => ({
    ...row,
    kept:
      environment === null
        ? { kind: 'sealed', sealed }
        : { kind: 'environment', name: environment },
  }));
};

export const insertSecret = async (
  tx: TenantTx,
  secret: Omit<SourceSecret, 'retiredAt'>,
): Promise<void> => {
  const { kept } = secret;
  await tx.query(
    `insert into source_secrets
       (tenant_id, source_id, secret_id, purpose, environment, sealed, hint, added_at, added_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      tx.tenantId,
      secret.sourceId,
      secret.secretId,
      secret.purpose,
      kept.kind === 'environment' ? kept.name : null,
      kept.kind === 'sealed' ? kept.sealed : null,
      secret.hint,
      secret.addedAt,
      secret.addedBy,
    ],
  );
};

/** Ends secrets of a purpose, but for one. What was sealed is forgotten. */
export const retireSecrets = async (
  tx: TenantTx,
  sourceId: string,
  purpose: SecretPurpose,
  options: { readonly keep: string | null; readonly now: Instant },
): Promise<number> => {
  const retired = await tx.query(
    `update source_secrets
     set retired_at = $4, environment = coalesce(environment, ''), sealed = null
     where source_id = $1 and purpose = $2 and retired_at is null and secret_id is distinct from $3
     returning secret_id`,
    [sourceId, purpose, options.keep, options.now],
  );
  return retired.length;
};
