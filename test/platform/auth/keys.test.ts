import { beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { Person } from '../../../src/domain/person.ts';
import { addHours, addMinutes } from '../../../src/domain/time.ts';
import { authenticate } from '../../../src/platform/auth/authenticate.ts';
import { createKey, listKeys, revokeKey, type NewKey } from '../../../src/platform/auth/keys.ts';
import { readCredentials, readToken, tokenText } from '../../../src/platform/auth/token.ts';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import { createTenant, testDatabase } from '../../support/database.ts';
import { countingRandom, firstAdmin, NOW } from './fixtures.ts';

const random = countingRandom('keys');
let database: OpenDatabase;
const admins = new Map<string, Person>();

const admin = (tenantId: string): Person => {
  const person = admins.get(tenantId);
  if (person === undefined) throw new Error(`no admin of ${tenantId}`);
  return person;
};

const make = async (tenantId: string, differences: Partial<NewKey> = {}) =>
  database.withTenant(tenantId, async (tx) =>
    createKey(
      tx,
      {
        name: 'backend',
        scopes: ['ingest', 'read'],
        trust: 'server',
        by: admin(tenantId),
        now: NOW,
        ...differences,
      },
      random,
    ),
  );

const code = (name: string): Error => expect.objectContaining({ code: name }) as Error;

beforeAll(async () => {
  database = await testDatabase();
  for (const tenantId of ['acme', 'globex']) {
    await createTenant(database, tenantId);
    admins.set(tenantId, await firstAdmin(database, tenantId));
  }
});

describe('an API key', () => {
  it('names a machine of its tenant', async () => {
    const { keyId, secret } = await make('acme');
    expect(secret).toMatch(new RegExp(`^rtn_${keyId}_[0-9a-f]{64}$`));
    const expected = {
      kind: 'machine',
      keyId,
      tenantId: 'acme',
      name: 'backend',
      scopes: ['ingest', 'read'],
      trust: 'server',
    };
    expect(await authenticate(database, `Bearer ${secret}`, NOW)).toEqual(expected);
    const basic = Buffer.from(`${secret}:`).toString('base64');
    expect(await authenticate(database, `Basic ${basic}`, NOW)).toEqual(expected);
  });

  it('never opens another tenant', async () => {
    const ours = await make('acme');
    const theirs = await make('globex');
    // Their key id with our secret, and ours with theirs.
    expect(
      await authenticate(database, ours.secret.replace(ours.keyId, theirs.keyId), NOW),
    ).toBeNull();
    expect(
      await authenticate(database, theirs.secret.replace(theirs.keyId, ours.keyId), NOW),
    ).toBeNull();
    expect(await authenticate(database, ours.secret, NOW)).toMatchObject({ tenantId: 'acme' });
    expect(await authenticate(database, theirs.secret, NOW)).toMatchObject({ tenantId: 'globex' });
    const seen = await database.withTenant('globex', listKeys);
    expect(seen.map(({ keyId }) => keyId)).not.toContain(ours.keyId);
    await expect(
      database.withTenant('globex', async (tx) =>
        revokeKey(tx, { keyId: ours.keyId, by: admin('globex'), now: NOW }),
      ),
    ).rejects.toThrow(code('auth.no_key'));
  });

  it('is looked up before the tenant, and nothing else of it is', async () => {
    const { keyId } = await make('acme');
    await database.withoutTenant(async (tx) => {
      expect(await tx.query('select find_api_key($1) as tenant', [keyId])).toEqual([
        { tenant: 'acme' },
      ]);
      expect(await tx.query('select find_api_key($1) as tenant', ['none'])).toEqual([
        { tenant: null },
      ]);
      for (const table of [
        'api_keys',
        'people',
        'sessions',
        'login_links',
        'config_versions',
        'config_changes',
      ]) {
        expect(await tx.query(`select 1 from ${table}`), table).toEqual([]);
      }
    });
  });

  it('expires', async () => {
    const { secret } = await make('acme', { expiresAt: addHours(NOW, 1) });
    expect(await authenticate(database, secret, addMinutes(NOW, 59))).not.toBeNull();
    expect(await authenticate(database, secret, addHours(NOW, 1))).toBeNull();
  });

  it('is revoked once and for all', async () => {
    const { keyId, secret } = await make('acme');
    const revoke = async () =>
      database.withTenant('acme', async (tx) =>
        revokeKey(tx, { keyId, by: admin('acme'), now: NOW }),
      );
    await revoke();
    expect(await authenticate(database, secret, NOW)).toBeNull();
    await expect(revoke()).rejects.toThrow(code('auth.no_key'));
  });

  it('notes its use to the minute', async () => {
    const { keyId, secret } = await make('acme');
    const lastUse = async () =>
      (await database.withTenant('acme', listKeys)).find((key) => key.keyId === keyId)?.lastUsedAt;
    expect(await lastUse()).toBeNull();
    await authenticate(database, secret, NOW);
    await authenticate(database, secret, addMinutes(NOW, 1));
    expect(await lastUse()).toBe(NOW);
    await authenticate(database, secret, addMinutes(NOW, 2));
    expect(await lastUse()).toBe(addMinutes(NOW, 2));
  });

  it('is stored and listed without its secret', async () => {
    const { secret } = await make('globex', { name: ' web ', scopes: ['ingest'], trust: 'client' });
    const [stored] = await database.withTenant('globex', async (tx) => [
      JSON.stringify([await tx.query('select * from api_keys'), await listKeys(tx)]),
    ]);
    expect(stored).not.toContain(secret.slice(-64));
    expect(stored).toContain('"name":"web"');
  });

  it.each([
    ['no name', { name: ' ' }],
    ['no scope', { scopes: [] }],
    ['a client key that reads', { trust: 'client', scopes: ['ingest', 'read'] }],
    ['an expiry in the past', { expiresAt: NOW }],
  ] as const)('is not made with %s', async (_, differences) => {
    await expect(make('acme', differences)).rejects.toThrow(code('auth.key_invalid'));
  });

  it('is not made by less than an admin', async () => {
    const by: Person = { ...admin('acme'), roles: ['approver'] };
    await expect(make('acme', { by })).rejects.toThrow(code('auth.not_allowed'));
  });

  it('of trust client cannot be given more in the database either', async () => {
    const { keyId } = await make('acme', { scopes: ['ingest'], trust: 'client' });
    await expect(
      database.withTenant('acme', async (tx) =>
        tx.query(`update api_keys set scopes = array['ingest', 'read'] where key_id = $1`, [keyId]),
      ),
    ).rejects.toThrow(/check/);
  });
});

describe('credentials', () => {
  it('of any form are refused without an error', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `Bearer ${text}`),
          fc.base64String().map((text) => `Basic ${text}`),
          fc
            .tuple(fc.constantFrom('rts', 'rtn', 'rtl'), fc.string())
            .map((parts) => parts.join('_')),
        ),
        async (text) => {
          expect(await authenticate(database, text, NOW)).toBeNull();
        },
      ),
    );
    expect(await authenticate(database, undefined, NOW)).toBeNull();
  });

  it('are written and read back the same', () => {
    const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
    const tenantId = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,62}$/);
    fc.assert(
      fc.property(
        tenantId,
        hex(16),
        hex(64),
        fc.constantFrom('session', 'login'),
        (tenant, id, secret, kind) => {
          const token = { kind, tenantId: tenant, id, secret } as const;
          expect(readToken(tokenText(token))).toEqual(token);
          expect(readCredentials(`bearer  ${tokenText(token)}`)).toEqual(token);
        },
      ),
    );
  });
});
