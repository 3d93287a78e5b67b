import { beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '../../../src/domain/person.ts';
import { addHours, addMinutes, type Instant } from '../../../src/domain/time.ts';
import { authenticate } from '../../../src/platform/auth/authenticate.ts';
import { issueLoginLink, redeemLoginLink, signOut } from '../../../src/platform/auth/login.ts';
import { createPerson, removePerson, setRoles } from '../../../src/platform/auth/people.ts';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import { createTenant, onlyPostgres, testDatabase } from '../../support/database.ts';
import { countingRandom, firstAdmin, NOW } from './fixtures.ts';

const random = countingRandom('login');
let database: OpenDatabase;
let count = 0;

interface Company {
  readonly tenantId: string;
  readonly ada: Person;
}

const company = async (): Promise<Company> => {
  const tenantId = await createTenant(database, `login_${(count += 1)}`);
  return { tenantId, ada: await firstAdmin(database, tenantId) };
};

const link = async ({ tenantId, ada }: Company, now: Instant = NOW): Promise<string> =>
  database.withTenant(tenantId, async (tx) => issueLoginLink(tx, ada.id, now, random));

const signIn = async (of: Company): Promise<string> =>
  (await redeemLoginLink(database, await link(of), NOW, random)).sessionToken;

const refused = expect.objectContaining({ code: 'auth.link_refused', family: 'input' }) as Error;

beforeAll(async () => {
  database = await testDatabase();
});

describe('a login link', () => {
  it('opens a session in the name of its person', async () => {
    const { tenantId, ada } = await company();
    const token = await link({ tenantId, ada });
    const { sessionToken, person, expiresAt } = await redeemLoginLink(database, token, NOW, random);
    expect(person).toEqual(ada);
    expect(expiresAt).toBe(addHours(NOW, 12));
    expect(sessionToken).toMatch(new RegExp(`^rts_${tenantId}_[0-9a-f]{16}_[0-9a-f]{64}$`));
    expect(await authenticate(database, sessionToken, NOW)).toEqual(ada);
  });

  it('works once', async () => {
    const token = await link(await company());
    await redeemLoginLink(database, token, NOW, random);
    await expect(redeemLoginLink(database, token, NOW, random)).rejects.toThrow(refused);
  });

  it('works for ten minutes', async () => {
    const of = await company();
    const late = await link(of);
    await expect(redeemLoginLink(database, late, addMinutes(NOW, 10), random)).rejects.toThrow(
      refused,
    );
    const inTime = await redeemLoginLink(database, await link(of), addMinutes(NOW, 9), random);
    expect(inTime.person).toEqual(of.ada);
  });

  it('stops working when a newer one is made', async () => {
    const of = await company();
    const first = await link(of);
    const second = await link(of);
    await expect(redeemLoginLink(database, first, NOW, random)).rejects.toThrow(refused);
    expect((await redeemLoginLink(database, second, NOW, random)).person).toEqual(of.ada);
  });

  it('is refused with another secret, for another tenant, and as nonsense, all in the same words', async () => {
    const of = await company();
    const other = await company();
    const token = await link(of);
    const last = token.endsWith('0') ? '1' : '0';
    const bad = [
      `${token.slice(0, -1)}${last}`,
      token.replace(of.tenantId, other.tenantId),
      token.replace(of.tenantId, 'nobody'),
      token.replace('rtl_', 'rts_'),
      '',
      'rtl__x_y',
    ];
    for (const text of bad) {
      await expect(redeemLoginLink(database, text, NOW, random)).rejects.toThrow(refused);
    }
    // None of that used it up.
    expect((await redeemLoginLink(database, token, NOW, random)).person).toEqual(of.ada);
  });

  it('is not made for nobody', async () => {
    const { tenantId } = await company();
    await expect(
      database.withTenant(tenantId, async (tx) => issueLoginLink(tx, 'person-none', NOW, random)),
    ).rejects.toThrow(expect.objectContaining({ code: 'auth.no_person' }) as Error);
  });

  it('is stored as a hash alone, like a session', async () => {
    const of = await company();
    const token = await link(of);
    const { sessionToken } = await redeemLoginLink(database, token, NOW, random);
    const rows = await database.withTenant(of.tenantId, async (tx) => [
      ...(await tx.query('select * from login_links')),
      ...(await tx.query('select * from sessions')),
    ]);
    expect(rows).toHaveLength(2);
    const stored = JSON.stringify(rows);
    expect(stored).not.toContain(token.slice(-64));
    expect(stored).not.toContain(sessionToken.slice(-64));
  });
});

describe('a session', () => {
  it('ends after twelve hours', async () => {
    const token = await signIn(await company());
    expect(await authenticate(database, token, addMinutes(addHours(NOW, 12), -1))).not.toBeNull();
    expect(await authenticate(database, token, addHours(NOW, 12))).toBeNull();
  });

  it('ends at sign-out', async () => {
    const of = await company();
    const [token, other] = [await signIn(of), await signIn(of)];
    await signOut(database, token, NOW);
    expect(await authenticate(database, token, NOW)).toBeNull();
    expect(await authenticate(database, other, NOW)).toEqual(of.ada);
    await expect(signOut(database, 'nonsense', NOW)).resolves.toBeUndefined();
  });

  it('shows a change of roles at once, and ends when its person is removed', async () => {
    const of = await company();
    const bo = await database.withTenant(of.tenantId, async (tx) =>
      createPerson(tx, {
        name: 'Bo',
        email: 'bo@corp.example',
        roles: ['approver'],
        by: of.ada,
        now: NOW,
      }),
    );
    const token = await signIn({ ...of, ada: bo });
    const pending = await link({ ...of, ada: bo });
    await database.withTenant(of.tenantId, async (tx) =>
      setRoles(tx, { personId: bo.id, roles: ['viewer'], by: of.ada }),
    );
    expect(await authenticate(database, token, NOW)).toMatchObject({
      id: bo.id,
      roles: ['viewer'],
    });
    await database.withTenant(of.tenantId, async (tx) =>
      removePerson(tx, { personId: bo.id, by: of.ada, now: NOW }),
    );
    expect(await authenticate(database, token, NOW)).toBeNull();
    await expect(redeemLoginLink(database, pending, NOW, random)).rejects.toThrow(refused);
  });

  it('is good in its own tenant alone', async () => {
    const of = await company();
    const other = await company();
    const token = await signIn(of);
    expect(
      await authenticate(database, token.replace(of.tenantId, other.tenantId), NOW),
    ).toBeNull();
  });
});

onlyPostgres('two browsers at once', () => {
  it('open one session with one link', async () => {
    const of = await company();
    const token = await link(of);
    const results = await Promise.allSettled(
      Array.from({ length: 4 }, async () => redeemLoginLink(database, token, NOW, random)),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});
