import { z } from 'zod';
import { inputError } from '../../domain/errors.ts';
import { deriveId } from '../../domain/identifiers.ts';
import { ROLES, type Person, type Role } from '../../domain/person.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../db/database.ts';
import {
  insertPerson,
  lockPeople,
  markRemoved,
  selectPeople,
  selectPerson,
  updateRoles,
} from './people-store.ts';
import { requireRight } from './rights.ts';
import { revokeSignIns } from './sign-in-store.ts';

/**
 * Who changes people: an admin, or `local`, somebody at the machine itself with nobody to sign in as. `local` may only
 * make the first person of a tenant.
 */
export type Changer = Person | 'local';

const newPerson = z.object({
  name: z.string().trim().min(1).max(200),
  email: z
    .email()
    .max(200)
    .transform((email) => email.toLowerCase()),
  roles: z.array(z.enum(ROLES)).min(1),
});

/**
 * Adds a person. The first of a tenant must be an admin, or nobody could add another. A removed person of the same
 * e-mail comes back as the same person. Throws `auth.person_invalid`, `auth.person_exists`, `auth.first_is_admin`,
 * `auth.not_allowed`.
 */
export const createPerson = async (
  tx: TenantTx,
  input: {
    readonly name: string;
    readonly email: string;
    readonly roles: readonly Role[];
    readonly by: Changer;
    readonly now: Instant;
  },
): Promise<Person> => {
  const { name, email, roles } = readPerson(input);
  await lockPeople(tx);
  await allowChange(tx, input.by, roles);
  const id = deriveId('person', tx.tenantId, email);
  const person: Person = { kind: 'person', id, tenantId: tx.tenantId, name, email, roles };
  if (await insertPerson(tx, person, changerId(input.by), input.now)) return person;
  throw inputError(
    'auth.person_exists',
    `\`${email}\` is a person already: change their roles instead`,
  );
};

const readPerson = (input: unknown) => {
  const result = newPerson.safeParse(input);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw inputError(
      'auth.person_invalid',
      `${String(issue?.path[0] ?? 'the person')} cannot be used: give a name, an e-mail address and at least one role of ${ROLES.join(', ')}`,
    );
  }
  return { ...result.data, roles: inOrder(result.data.roles) };
};

const inOrder = (roles: readonly Role[]): Role[] => ROLES.filter((role) => roles.includes(role));

const changerId = (by: Changer): string => (by === 'local' ? 'local' : by.id);

/** INVARIANT: `by` is checked as it is now under the lock, not as it was when the request began. */
const allowChange = async (tx: TenantTx, by: Changer, roles: readonly Role[]): Promise<void> => {
  if (by !== 'local') {
    requireRight((await selectPerson(tx, by.id)) ?? { ...by, roles: [] }, 'manage_people');
    return;
  }
  if ((await selectPeople(tx)).length > 0) {
    throw inputError(
      'auth.not_first',
      'this tenant has people already: sign in as an admin with `retinue login`',
    );
  }
  if (!roles.includes('admin')) {
    throw inputError(
      'auth.first_is_admin',
      'the first person must be an admin: add the role `admin`',
    );
  }
};

/** People of the tenant by name, without those removed. */
export const listPeople = async (tx: TenantTx): Promise<Person[]> => selectPeople(tx);

/** A person by id or e-mail. Throws `auth.no_person`. */
export const findPerson = async (tx: TenantTx, idOrEmail: string): Promise<Person> => {
  const person = await selectPerson(tx, idOrEmail);
  if (person !== null) return person;
  throw inputError(
    'auth.no_person',
    `there is no person \`${idOrEmail}\`: list them with \`retinue people\``,
  );
};

/** Gives a person other roles, at once also in their sessions. Throws `auth.not_allowed`, `auth.last_admin`. */
export const setRoles = async (
  tx: TenantTx,
  input: {
    readonly personId: string;
    readonly roles: readonly Role[];
    readonly by: Person;
  },
): Promise<Person> => {
  await lockPeople(tx);
  await allowChange(tx, input.by, input.roles);
  const person = await findPerson(tx, input.personId);
  const { roles } = readPerson({ ...person, roles: input.roles });
  if (!roles.includes('admin')) await keepAnAdmin(tx, person);
  await updateRoles(tx, person.id, roles);
  return { ...person, roles };
};

/** Removes a person and ends their sessions. Throws `auth.not_allowed`, `auth.last_admin`. */
export const removePerson = async (
  tx: TenantTx,
  input: { readonly personId: string; readonly by: Person; readonly now: Instant },
): Promise<void> => {
  await lockPeople(tx);
  await allowChange(tx, input.by, []);
  const person = await findPerson(tx, input.personId);
  await keepAnAdmin(tx, person);
  await markRemoved(tx, person.id, input.now);
  await revokeSignIns(tx, person.id, input.now);
};

const keepAnAdmin = async (tx: TenantTx, leaving: Person): Promise<void> => {
  const people = await selectPeople(tx);
  if (people.some(({ id, roles }) => id !== leaving.id && roles.includes('admin'))) return;
  throw inputError(
    'auth.last_admin',
    `${leaving.name} is the last admin: make somebody else an admin first`,
  );
};
