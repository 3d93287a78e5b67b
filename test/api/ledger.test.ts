import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chain } from '../../src/act/ledger/ledger.ts';
import { noteAccess } from '../../src/act/ledger/note.ts';
import { verify } from '../../src/act/ledger/verify.ts';
import { listLedgerRoute, type LedgerRow } from '../../src/api/ledger.ts';
import { addMinutes } from '../../src/domain/time.ts';
import { createKey, revokeKey } from '../../src/platform/auth/keys.ts';
import { issueLoginLink } from '../../src/platform/auth/login.ts';
import { findPerson } from '../../src/platform/auth/people.ts';
import { makeHouse, startApi, type Api, type House } from './support.ts';
import { typedBeside } from './typed.ts';

interface LedgerPage {
  readonly items: readonly LedgerRow[];
  readonly next: number | null;
}

let dataDir: string;
let api: Api;
let acme: House;
let globex: House;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'retinue-ledger-'));
  api = await startApi({ dataDir });
  acme = await makeHouse(api, 'acme');
  globex = await makeHouse(api, 'globex');
});

afterAll(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

const entries = async (
  house: House,
  query: Record<string, string> = {},
): Promise<readonly LedgerRow[]> =>
  (await api.client(house.sessions.auditor).call(listLedgerRoute, { query })).items;

/** Whatever is counted by the minute or the hour is over. */
const later = () => {
  api.clock.advance(60 * 60_000);
};

const adminOf = (house: House) =>
  api.db.withTenant(house.tenantId, (tx) => findPerson(tx, `admin@${house.tenantId}.example`));

const keyIdOf = (secret: string): string => secret.split('_')[1] ?? '';

const type = async (token: string, id: string, line: Record<string, unknown>): Promise<string> =>
  (await typedBeside({ url: api.url, token }, id, line, { json: true })).out;

describe('what stands in the ledger about access', () => {
  test('a sign-in, and one that was refused, with who and from where', async () => {
    const ada = await adminOf(acme);
    const now = api.clock.now();
    const token = await api.db.withTenant('acme', (tx) =>
      issueLoginLink(tx, ada.id, now, randomBytes),
    );
    expect((await api.call('POST', '/v1/session', { body: { token } })).status).toBe(201);
    expect((await api.call('POST', '/v1/session', { body: { token } })).status).toBe(401);
    later();
    const found = await entries(acme, { kind: 'sign_in*' });
    expect(
      found.map(({ kind, person, from, body }) => [kind, person?.id, from, body['why']]),
    ).toEqual([
      ['sign_in.refused', ada.id, 'this machine', 'revoked'],
      ['sign_in', ada.id, 'this machine', undefined],
    ]);
    expect(await entries(globex, { kind: 'sign_in*' })).toEqual([]);
  });

  test('somebody behind a proxy: their network, where the proxy is trusted', async () => {
    const trusting = await startApi({ outside: { trustedProxies: ['loopback'] } });
    const seen = async (server: Api, of: House) => {
      const token = `rtn_${keyIdOf(of.keys.reader)}_${'1'.repeat(64)}`;
      const headers = { 'X-Forwarded-For': '198.51.100.1, 203.0.113.77' };
      await server.call('GET', '/v1/cases', { token, headers });
      server.clock.advance(60 * 60_000);
      const query = { kind: 'access.refused' };
      const found = await server.client(of.sessions.auditor).call(listLedgerRoute, { query });
      return found.items.map(({ from }) => from);
    };
    expect(await seen(trusting, await makeHouse(trusting, 'initech'))).toEqual(['203.0.113.0/24']);
    expect(await seen(api, await makeHouse(api, 'umbrella'))).toEqual(['this machine']);
  });

  test('wrong, expired and revoked keys, each counted as one entry a minute', async () => {
    const by = await adminOf(acme);
    const now = api.clock.now();
    const { expired, revoked } = await api.db.withTenant('acme', async (tx) => {
      const about = { scopes: ['read' as const], trust: 'server' as const, by, now };
      const soon = { ...about, name: 'soon over', expiresAt: addMinutes(now, 1) };
      const made = {
        expired: await createKey(tx, soon, randomBytes),
        revoked: await createKey(tx, { ...about, name: 'ended' }, randomBytes),
      };
      await revokeKey(tx, { keyId: made.revoked.keyId, by, now });
      return made;
    });
    api.clock.advance(2 * 60_000);
    const wrong = `rtn_${keyIdOf(acme.keys.reader)}_${'0'.repeat(64)}`;
    for (const token of [wrong, wrong, wrong, expired.secret, revoked.secret])
      expect((await api.call('GET', '/v1/cases', { token })).status).toBe(401);
    later();
    const found = await entries(acme, { kind: 'access.refused' });
    expect(found.map(({ key, body }) => [key?.name, body['why'], body['times']]).sort()).toEqual([
      ['ended', 'revoked', 1],
      ['reader', 'wrong_secret', 3],
      ['soon over', 'expired', 1],
    ]);
    expect(await entries(globex, { kind: 'access.refused' })).toEqual([]);
  });

  test('a right that is lacking, another tenant, and an id that is not theirs to see', async () => {
    const viewer = acme.sessions.viewer;
    expect((await api.call('POST', '/v1/brake/lift', { token: viewer, body: {} })).status).toBe(
      403,
    );
    await api.call('GET', '/v1/cases/case-of-globex', { token: viewer });
    await expect(type(viewer, 'keys', { verb: 'create', key: 'mine' })).rejects.toThrow('may not');
    const asked = {
      ...{ input: {}, tenant: 'globex', world: null, json: true, files: {} },
      screen: { columns: 80, color: false },
    };
    await api.call('POST', '/v1/commands/doctor', { token: viewer, body: asked });
    later();
    const found = await entries(acme, { person: 'viewer@acme.example', kind: 'access.*' });
    expect(found.map(({ body }) => [body['what'], body['code']]).sort()).toEqual([
      ['getCase', 'case_not_found'],
      ['liftBrake', 'not_allowed'],
      ['runCommand', 'auth.not_allowed'],
      ['runCommand', 'tenant_not_allowed'],
    ]);
  });

  test('keys, roles and configuration as they are changed', async () => {
    const { admin } = acme.sessions;
    const made = JSON.parse(await type(admin, 'keys', { verb: 'create', key: 'crm' })) as {
      keyId: string;
    };
    await type(admin, 'keys', { verb: 'revoke', key: made.keyId });
    await type(admin, 'people', {
      ...{ verb: 'roles', person: 'viewer@acme.example', roles: 'auditor' },
    });
    const ada = await adminOf(acme);
    const found = await entries(acme, { person: ada.id, kind: 'key.*,person.*' });
    expect(found.map(({ kind, from }) => [kind, from])).toEqual([
      ['person.roles', 'this machine'],
      ['key.revoked', 'this machine'],
      ['key.created', 'this machine'],
    ]);
    expect((await entries(acme, { key: made.keyId })).map(({ kind }) => kind)).toEqual([
      'key.revoked',
      'key.created',
    ]);
  });

  test('views of personal data once an hour, and a feed that is polled once a day', async () => {
    const { reader } = acme.keys;
    for (let i = 0; i < 5; i += 1) {
      expect((await api.call('GET', '/v1/approvals', { token: reader })).status).toBe(200);
      expect((await api.call('GET', '/v1/feed', { token: reader })).status).toBe(200);
    }
    const read = () =>
      entries(acme, { key: keyIdOf(reader), kind: 'records.read,personal_data.read' });
    const kinds = async () =>
      (await read()).map(({ kind, body }) => `${kind} ${String(body['what'])}`);
    expect(await kinds()).toEqual(['records.read readFeed', 'personal_data.read listApprovals']);
    later();
    await api.call('GET', '/v1/approvals', { token: reader });
    await api.call('GET', '/v1/feed', { token: reader });
    expect(await kinds()).toEqual([
      ...['personal_data.read listApprovals'],
      ...['records.read readFeed', 'personal_data.read listApprovals'],
    ]);
  });

  test('lists beyond a page, added up over the hour; a glance is no entry', async () => {
    const keys = Array.from({ length: 120 }, (_, index) => `k${String(index)}`);
    const by = await adminOf(globex);
    const now = api.clock.now();
    await api.db.withTenant('globex', async (tx) => {
      for (const name of keys)
        await createKey(tx, { name, scopes: ['read'], trust: 'server', by, now }, randomBytes);
    });
    await type(globex.sessions.admin, 'people', {});
    await type(globex.sessions.admin, 'keys', {});
    later();
    const found = await entries(globex, { kind: 'records.read', person: by.id });
    expect(found.map(({ body }) => [body['what'], body['records']])).toEqual([
      ['command keys', 123],
    ]);
  });
});

describe('nobody floods the ledger', () => {
  test('strangers leave nothing, whatever tenant they claim', async () => {
    const before = await entries(acme, { limit: '1000' });
    const tokens = [
      `rtn_${'ab'.repeat(8)}_${'0'.repeat(64)}`,
      `rts_acme_${'ab'.repeat(8)}_${'0'.repeat(64)}`,
      `rtl_nowhere_${'ab'.repeat(8)}_${'0'.repeat(64)}`,
      'nonsense',
    ];
    for (const token of tokens) {
      await api.call('GET', '/v1/cases', { token });
      await api.call('POST', '/v1/session', { body: { token } });
    }
    later();
    expect(await entries(acme, { limit: '1000' })).toHaveLength(before.length);
  });

  test('one key with a thousand different refusals makes eleven entries a minute', async () => {
    const at = api.clock.now();
    for (let i = 0; i < 1000; i += 1)
      await api.db.withTenant('globex', (tx) =>
        noteAccess(
          tx,
          {
            kind: 'access.refused',
            subjects: { keyId: 'loud' },
            body: { what: `route ${String(i)}` },
            ...{ per: 'minute', written: 'end' },
          },
          at,
        ),
      );
    later();
    const found = await entries(globex, { key: 'loud' });
    expect(found).toHaveLength(11);
    expect(found.find(({ body }) => body['what'] === 'many different')?.body['times']).toBe(990);
  });
});

describe('the ledger, read', () => {
  test('is for admins and auditors alone', async () => {
    for (const [role, token] of Object.entries({ ...globex.sessions, ...globex.keys })) {
      const { status } = await api.call('GET', '/v1/ledger', { token });
      expect([role, status]).toEqual([role, ['admin', 'auditor'].includes(role) ? 200 : 403]);
    }
  });

  test('comes in pages, the newest first, within a time', async () => {
    const all = await entries(globex, { limit: '1000' });
    const seen: number[] = [];
    let next: number | null = null;
    do {
      const query: Record<string, string> = {
        limit: '5',
        ...(next === null ? {} : { before: String(next) }),
      };
      const page: LedgerPage = await api
        .client(globex.sessions.auditor)
        .call(listLedgerRoute, { query });
      seen.push(...page.items.map((row) => row.entry));
      next = page.next;
    } while (next !== null);
    expect(seen).toEqual(all.map(({ entry }) => entry));
    const at = all[0]?.at ?? '';
    expect(await entries(globex, { since: at, until: at })).toEqual([]);
    expect((await entries(globex, { since: at })).every((each) => each.at >= at)).toBe(true);
  });

  test('is whole afterwards, for each tenant', async () => {
    for (const tenantId of ['acme', 'globex']) {
      const report = await api.db.withTenant(tenantId, async (tx) => {
        while ((await chain(tx)).linked > 0);
        return verify(tx);
      });
      expect(report).toMatchObject({ ok: true, chains: [{ unlinked: 0 }] });
    }
  });
});
