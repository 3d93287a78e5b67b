import { beforeAll, describe, expect, test } from 'vitest';
import { guardDeclarations } from '../../src/act/guards/declarations.ts';
import { readGuards } from '../../src/act/guards/read-guards.ts';
import { addHours } from '../../src/domain/time.ts';
import { currentConfig } from '../../src/platform/config/store.ts';
import { loadAccountViews } from '../../src/sense/load-accounts.ts';
import { findAccount } from '../../src/sense/identity/find-account.ts';
import { makeHouse, NOW, startApi, type Api, type House } from './support.ts';

let api: Api;
let house: House;

beforeAll(async () => {
  api = await startApi();
  house = await makeHouse(api, 'acme');
  await post('/v1/group', {
    userId: 'u1',
    groupId: 'g1',
    traits: { name: 'Globex' },
    timestamp: NOW,
  });
});

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  api.call('POST', path, { token: house.keys.server, body, headers });

const guards = async () =>
  api.db.withTenant(house.tenantId, async (tx) => {
    const account = await findAccount(tx, 'Globex');
    const config = await currentConfig(tx);
    const declarations = await guardDeclarations(tx);
    const options = { config, entities: api.parts.entities, now: api.clock.now() };
    for await (const [view] of loadAccountViews(tx, {
      ...options,
      accountIds: [account?.accountId ?? ''],
    })) {
      if (view !== undefined) return readGuards(view, declarations, config, api.clock.now());
    }
    throw new Error('no account');
  });

describe('what other systems report feeds the guards', () => {
  test('a guard that never heard anything is stale, and a heartbeat clears it', async () => {
    expect((await guards())['incident']).toMatchObject({ state: 'stale' });
    expect(await post('/v1/incidents', { heartbeat: true })).toMatchObject({
      status: 202,
      body: { accepted: 1 },
    });
    expect((await guards())['incident']).toMatchObject({ state: 'clear' });
    expect((await guards())['touches']).toMatchObject({ state: 'stale' });
    await post('/v1/touches', { heartbeat: true });
    await post('/v1/deletion-requests', { heartbeat: true });
    expect((await guards())['touches']).toMatchObject({ state: 'clear' });
    expect((await guards())['deletion']).toMatchObject({ state: 'clear' });
  });

  test('an incident blocks until it is resolved', async () => {
    const incident = {
      incidentId: 'inc-1',
      severity: 'SEV1',
      status: 'investigating',
      startedAt: NOW,
    };
    expect((await post('/v1/incidents', incident)).body).toMatchObject({ accepted: 1 });
    expect((await guards())['incident']).toMatchObject({ state: 'blocked' });
    api.clock.set(addHours(NOW, 1));
    await post('/v1/incidents', {
      incidentId: 'inc-1',
      status: 'resolved',
      resolvedAt: addHours(NOW, 1),
    });
    expect((await guards())['incident']).toMatchObject({ state: 'clear' });
  });

  test('a deletion request of the account blocks it', async () => {
    const request = { account: 'g1', requestId: 'del-1', status: 'received', requestedAt: NOW };
    expect((await post('/v1/deletion-requests', request)).status).toBe(202);
    expect((await guards())['deletion']).toMatchObject({ state: 'blocked' });
  });

  test('a touch counts once, however often it is sent', async () => {
    const touch = {
      account: 'Globex',
      touchId: 't-1',
      channel: 'call',
      direction: 'out',
      eventId: 'touch-1',
    };
    expect((await post('/v1/touches', touch)).body).toMatchObject({
      accepted: 1,
      eventId: 'touch-1',
    });
    expect((await post('/v1/touches', touch)).body).toMatchObject({ accepted: 0, duplicates: 1 });
    const unnamed = { account: 'Globex', touchId: 't-2', channel: 'call', direction: 'out' };
    const named = { 'Idempotency-Key': 'touch-2' };
    expect((await post('/v1/touches', unnamed, named)).body).toMatchObject({ accepted: 1 });
    expect((await post('/v1/touches', unnamed, named)).body).toMatchObject({ duplicates: 1 });
  });

  test.each([
    ['/v1/incidents', { incidentId: 'inc-2', severity: 'SEV9' }, 422],
    ['/v1/touches', { account: 'g1', touchId: 't', channel: 'pigeon', direction: 'out' }, 422],
    [
      '/v1/touches',
      { account: 'g1', touchId: 't', channel: 'call', direction: 'out', extra: 1 },
      422,
    ],
    ['/v1/touches', { account: 'nobody', touchId: 't', channel: 'call', direction: 'out' }, 404],
    ['/v1/deletion-requests', { heartbeat: false }, 422],
  ])('%s refuses what it does not understand', async (path, body, status) => {
    expect((await post(path, body)).status).toBe(status);
  });
});
