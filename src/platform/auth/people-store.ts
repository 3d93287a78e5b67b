import type { Person, Role } from '../../domain/person.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../db/database.ts';

interface PersonRow {
  readonly person_id: string;
  readonly name: string;
  readonly email: string;
  readonly roles: readonly Role[];
}

const toPerson = (tx: TenantTx, row: PersonRow): Person => ({
  kind: 'person',
  id: row.person_id,
  tenantId: tx.tenantId,
  name: row.name,
  email: row.email,
  roles: row.roles,
});

/** People who have not been removed, by name. */
export const selectPeople = async (tx: TenantTx): Promise<Person[]> => {
  const rows = await tx.query<PersonRow & Record<string, unknown>>(
    `select person_id, name, email, roles from people
     where tenant_id = $1 and removed_at is null order by name, person_id`,
    [tx.tenantId],
  );
  return rows.map((row) => toPerson(tx, row));
};

/** By id or e-mail; `null` for nobody, or somebody removed. */
export const selectPerson = async (tx: TenantTx, idOrEmail: string): Promise<Person | null> => {
  const [row] = await tx.query<PersonRow & Record<string, unknown>>(
    `select person_id, name, email, roles from people
     where tenant_id = $1 and (person_id = $2 or email = lower($2)) and removed_at is null`,
    [tx.tenantId, idOrEmail],
  );
  return row === undefined ? null : toPerson(tx, row);
};

/**
 * Changes of people take turns within a tenant: two admins who each demote the other, or two first people, must not
 * both succeed.
 */
export const lockPeople = async (tx: TenantTx): Promise<void> => {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `retinue/people/${tx.tenantId}`,
  ]);
};

/** Inserts a person, or takes a removed one back. Returns false when the e-mail is somebody's who is there. */
export const insertPerson = async (
  tx: TenantTx,
  person: Person,
  by: string,
  now: Instant,
): Promise<boolean> => {
  const rows = await tx.query(
    `insert into people (tenant_id, person_id, name, email, roles, created_at, created_by)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (tenant_id, person_id) do update
       set name = excluded.name, roles = excluded.roles, removed_at = null
       where people.removed_at is not null
     returning person_id`,
    [tx.tenantId, person.id, person.name, person.email, person.roles, now, by],
  );
  return rows.length > 0;
};

export const updateRoles = async (
  tx: TenantTx,
  personId: string,
  roles: readonly Role[],
): Promise<void> => {
  await tx.query('update people set roles = $3 where tenant_id = $1 and person_id = $2', [
    tx.tenantId,
    personId,
    roles,
  ]);
};

export const markRemoved = async (tx: TenantTx, personId: string, now: Instant): Promise<void> => {
  await tx.query('update people set removed_at = $3 where tenant_id = $1 and person_id = $2', [
    tx.tenantId,
    personId,
    now,
  ]);
};
