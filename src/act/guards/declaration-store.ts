import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { Declaration } from './define.ts';

interface DeclarationRow {
  readonly guard: string;
  readonly applicable: boolean;
  readonly reason: string;
  readonly person_id: string;
  readonly at: Instant;
}

/** Every declaration, newest first. */
export const selectDeclarations = async (tx: TenantTx): Promise<Declaration[]> => {
  const rows = await tx.query<DeclarationRow>(
    'select guard, applicable, reason, person_id, at from guard_declarations order by ordinal desc',
  );
  return rows.map(({ person_id, ...row }) => ({ ...row, personId: person_id }));
};

export const insertDeclaration = async (tx: TenantTx, entry: Declaration): Promise<void> => {
  // One after another: each takes the next place.
  await tx.query('select 1 from tenants where tenant_id = $1 for update', [tx.tenantId]);
  await tx.query(
    `insert into guard_declarations (tenant_id, ordinal, guard, applicable, reason, person_id, at)
     select $1, coalesce(max(ordinal), 0) + 1, $2, $3, $4, $5, $6 from guard_declarations`,
    [tx.tenantId, entry.guard, entry.applicable, entry.reason, entry.personId, entry.at],
  );
};
