import { beforeAll, describe, expect, it } from 'vitest';
import type { Person, Role } from '../../../src/domain/person.ts';
import {
  createPerson,
  findPerson,
  listPeople,
  removePerson,
  setRoles,
  type Changer,
} from '../../../src/platform/auth/people.ts';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import { createTenant, onlyPostgres, testDatabase } from '../../support/database.ts';
import { firstAdmin, NOW } from './fixtures.ts';

let database: OpenDatabase;
let count = 0;

const freshTenant = async (): Promise<string> => createTenant(database, `people-${(count += 1)}`);

const add = async (
  tenantId: string,
  by: Changer,
  email: string,
  ...roles: Role[]
): Promise<Person> =>
  database.withTenant(tenantId, async (tx) =>
    createPerson(tx, { name: `Name of ${email}`, email, roles, by, now: NOW }),
  );

const code = (name: string): Error => expect.objectContaining({ code: name }) as Error;

beforeAll(async () => {
  database = await testDatabase();
});

describe('the first person', () => {
  it('is made an admin from the machine itself', async () => {
    const tenantId = await freshTenant();
    const ada = await firstAdmin(database, tenantId);
    expect(ada).toMatchObject({
      kind: 'person',
      tenantId,
      roles: ['admin'],
      email: 'ada@corp.example',
    });
    expect(await database.withTenant(tenantId, listPeople)).toEqual([ada]);
  });

  it('must be an admin', async () => {
    const tenantId = await freshTenant();
    await expect(add(tenantId, 'local', 'bo@corp.example', 'viewer')).rejects.toThrow(
      code('auth.first_is_admin'),
    );
  });

  it('is the only one that needs no admin', async () => {
    const tenantId = await freshTenant();
    await firstAdmin(database, tenantId);
    await expect(add(tenantId, 'local', 'eve@corp.example', 'admin')).rejects.toThrow(
      code('auth.not_first'),
    );
  });

  it('of one tenant opens no other', async () => {
    const [one, other] = [await freshTenant(), await freshTenant()];
    const ada = await firstAdmin(database, one);
    await firstAdmin(database, other);
    await expect(add(other, ada, 'eve@corp.example', 'admin')).rejects.toThrow(
      code('auth.not_allowed'),
    );
    expect(await database.withTenant(other, listPeople)).toHaveLength(1);
  });
});

describe('adding people', () => {
  it('orders roles and lowers the e-mail', async () => {
    const tenantId = await freshTenant();
    const ada = await firstAdmin(database, tenantId);
    const bo = await add(tenantId, ada, 'Bo@Corp.example', 'approver', 'viewer', 'approver');
    expect(bo).toMatchObject({ email: 'bo@corp.example', roles: ['viewer', 'approver'] });
    const found = await database.withTenant(tenantId, async (tx) =>
      findPerson(tx, 'BO@corp.example'),
    );
    expect(found).toEqual(bo);
  });

  it.each(['viewer', 'operator', 'approver'] as const)('is refused to a mere %s', async (role) => {
    const tenantId = await freshTenant();
    const ada = await firstAdmin(database, tenantId);
    const bo = await add(tenantId, ada, 'bo@corp.example', role);
    await expect(add(tenantId, bo, 'eve@corp.example', 'admin')).rejects.toThrow(
      code('auth.not_allowed'),
    );
  });

  it('goes by the rights that the admin still has', async () => {
    const tenantId = await freshTenant();
    const ada = await firstAdmin(database, tenantId);
    const bo = await add(tenantId, ada, 'bo@corp.example', 'admin');
    await database.withTenant(tenantId, async (tx) =>
      setRoles(tx, { personId: bo.id, roles: ['viewer'], by: ada }),
    );
    // `bo` is the person as a request read it before the change.
    await expect(add(tenantId, bo, 'eve@corp.example', 'admin')).rejects.toThrow(
      code('auth.not_allowed'),
    );
  });

  it('refuses an e-mail that is there, and nonsense', async () => {
    const tenantId = await freshTenant();
    const ada = await firstAdmin(database, tenantId);
    await expect(add(tenantId, ada, 'ADA@corp.example', 'viewer')).rejects.toThrow(
      code('auth.person_exists'),
    );
    await expect(add(tenantId, ada, 'not an address', 'viewer')).rejects.toThrow(
      code('auth.person_invalid'),
    );
    await expect(add(tenantId, ada, 'bo@corp.example')).rejects.toThrow(
      code('auth.person_invalid'),
    );
  });
});

describe('the last admin', () => {
  it('can neither be removed nor demoted, others can', async () => {
    const tenantId = await freshTenant();
    const ada = await firstAdmin(database, tenantId);
    const bo = await add(tenantId, ada, 'bo@corp.example', 'admin');
    const demote = async (personId: string, by: Person) =>
      database.withTenant(tenantId, async (tx) =>
        setRoles(tx, { personId, roles: ['viewer'], by }),
      );
    const remove = async (personId: string, by: Person) =>
      database.withTenant(tenantId, async (tx) => removePerson(tx, { personId, by, now: NOW }));

    expect(await demote(bo.id, ada)).toMatchObject({ roles: ['viewer'] });
    await expect(demote(ada.id, ada)).rejects.toThrow(code('auth.last_admin'));
    await expect(remove(ada.id, ada)).rejects.toThrow(code('auth.last_admin'));
    await remove(bo.id, ada);
    expect(await database.withTenant(tenantId, listPeople)).toEqual([ada]);
    await expect(remove(bo.id, ada)).rejects.toThrow(code('auth.no_person'));
  });

  it('brings a removed person back as the same one, with the new roles only', async () => {
    const tenantId = await freshTenant();
    const ada = await firstAdmin(database, tenantId);
    const bo = await add(tenantId, ada, 'bo@corp.example', 'admin');
    await database.withTenant(tenantId, async (tx) =>
      removePerson(tx, { personId: bo.id, by: ada, now: NOW }),
    );
    const again = await add(tenantId, ada, 'bo@corp.example', 'viewer');
    expect(again).toMatchObject({ id: bo.id, roles: ['viewer'] });
  });
});

onlyPostgres('two at once', () => {
  it('admins who demote each other leave one admin', async () => {
    const tenantId = await freshTenant();
    const ada = await firstAdmin(database, tenantId);
    const bo = await add(tenantId, ada, 'bo@corp.example', 'admin');
    const demote = async (personId: string, by: Person) =>
      database.withTenant(tenantId, async (tx) =>
        setRoles(tx, { personId, roles: ['viewer'], by }),
      );
    const results = await Promise.allSettled([demote(bo.id, ada), demote(ada.id, bo)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const people = await database.withTenant(tenantId, listPeople);
    expect(people.filter(({ roles }) => roles.includes('admin'))).toHaveLength(1);
  });

  it('first people become one', async () => {
    const tenantId = await freshTenant();
    const results = await Promise.allSettled(
      ['ada', 'bo', 'cy'].map(async (name) =>
        add(tenantId, 'local', `${name}@corp.example`, 'admin'),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});
