import { Analytics } from '@segment/analytics-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { currentConfig } from '../../src/platform/config/store.ts';
import { loadAccountViews } from '../../src/sense/load-accounts.ts';
import { listQuarantine } from '../../src/sense/events/quarantine-store.ts';
import { findAccount } from '../../src/sense/identity/find-account.ts';
import { addHours } from '../../src/domain/time.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { makeHouse, startApi, type Api, type House } from './support.ts';

// The SDK stamps what it sends with the wall clock, so the server of this file stands at the same moment.
const NOW = systemClock.now();

let api: Api;
let house: House;

beforeAll(async () => {
  api = await startApi({ now: NOW });
  house = await makeHouse(api, 'acme');
});

/** The SDK as its users have it: nothing about it is changed but where it sends to. */
const sdk = (writeKey: string, more: object = {}) =>
  new Analytics({ writeKey, host: api.url, flushAt: 20, flushInterval: 50, ...more });

/** What the last day of a metric says, from all sources and from trusted ones. */
const usage = async (account: string, metric: string) =>
  api.db.withTenant(house.tenantId, async (tx) => {
    const found = await findAccount(tx, account);
    if (found === null) return null;
    const config = await currentConfig(tx);
    const { entities } = api.parts;
    for await (const [view] of loadAccountViews(tx, {
      config,
      entities,
      now: NOW,
      accountIds: [found.accountId],
    })) {
      const series = view?.series(metric, 1) ?? null;
      return {
        name: found.name,
        all: series?.all.at(-1) ?? null,
        trusted: series?.trusted.at(-1) ?? null,
      };
    }
    return null;
  });

describe('the real @segment/analytics-node', () => {
  test('group, identify and track reach the account, once each', async () => {
    const analytics = sdk(house.keys.server);
    const timestamp = new Date(NOW);
    analytics.group({
      userId: 'u1',
      groupId: 'g1',
      traits: { name: 'Globex', industry: 'Energy' },
      timestamp,
    });
    analytics.identify({ userId: 'u2', traits: { company: { id: 'g1' } }, timestamp });
    analytics.track({ userId: 'u1', event: 'Signed In', timestamp });
    analytics.track({ userId: 'u2', event: 'Signed In', timestamp, messageId: 'same-login' });
    analytics.track({ userId: 'u2', event: 'API Called', properties: { calls: 7 }, timestamp });
    await analytics.closeAndFlush();
    expect(await usage('g1', 'logins')).toEqual({ name: 'Globex', all: 2, trusted: 2 });
    expect(await usage('g1', 'api_calls')).toEqual({ name: 'Globex', all: 7, trusted: 7 });

    const again = sdk(house.keys.server);
    again.track({ userId: 'u2', event: 'Signed In', timestamp, messageId: 'same-login' });
    await again.closeAndFlush();
    expect(await usage('g1', 'logins')).toMatchObject({ all: 2 });
  });

  test('it retries what the server could not take, and it counts once', async () => {
    const requests: number[] = [];
    const analytics = sdk(house.keys.server, {
      maxRetries: 3,
      httpClient: async (url: string, init: RequestInit) => {
        requests.push(requests.length);
        // The first answer is lost on its way back, after the server has taken the batch.
        const response = await fetch(url, init);
        return requests.length === 1 ? new Response(null, { status: 503 }) : response;
      },
    });
    const timestamp = new Date(NOW);
    analytics.group({ userId: 'r1', groupId: 'retried', traits: { name: 'Retried' }, timestamp });
    analytics.track({ userId: 'r1', event: 'Signed In', timestamp });
    await analytics.closeAndFlush();
    expect(requests).toHaveLength(2);
    expect(await usage('retried', 'logins')).toMatchObject({ all: 1 });
  });

  test('a wrong write key is refused, and nothing of it is kept', async () => {
    const failures: unknown[] = [];
    const analytics = sdk('rtn_0123456789abcdef_' + '0'.repeat(64), { maxRetries: 0 });
    analytics.on('error', (error) => failures.push(error));
    analytics.track({ userId: 'u1', event: 'Signed In' });
    await analytics.closeAndFlush();
    expect(failures).toHaveLength(1);
  });
});

describe('trust', () => {
  test('a client key moves usage, never trusted usage, and says nothing of accounts', async () => {
    const analytics = sdk(house.keys.client);
    const timestamp = new Date(NOW);
    analytics.group({ userId: 'c1', groupId: 'g1', traits: { name: 'Forged Name' }, timestamp });
    analytics.track({ userId: 'c1', event: 'Signed In', timestamp });
    analytics.track({ userId: 'c1', event: 'Signed In', timestamp, context: { groupId: 'g1' } });
    await analytics.closeAndFlush();
    expect(await usage('g1', 'logins')).toEqual({ name: 'Globex', all: 4, trusted: 2 });
  });
});

describe('one message at a time', () => {
  const post = (path: string, body: unknown, key = house.keys.server, headers = {}) =>
    api.call('POST', path, { token: key, body, headers });

  test('a bad member of a batch is quarantined with its reason, the others count', async () => {
    const before = await usage('g1', 'logins');
    const answer = await post('/v1/batch', {
      batch: [
        { type: 'track', messageId: 'ok-1', userId: 'u1', event: 'Signed In', timestamp: NOW },
        { type: 'track', messageId: 'bad-1', userId: 'u1', timestamp: NOW },
        { type: 'dance', messageId: 'bad-2' },
        { type: 'track', messageId: 'bad-3', event: 'Signed In', timestamp: NOW },
        {
          type: 'track',
          messageId: 'bad-4',
          userId: 'u1',
          event: 'Signed In',
          timestamp: 'yesterday',
        },
      ],
    });
    expect(answer.status).toBe(200);
    const refused = ['bad-1', 'bad-2', 'bad-3', 'bad-4'];
    expect(answer.body).toMatchObject({
      success: true,
      accepted: 1,
      quarantined: expect.arrayContaining(
        refused.map((messageId) => expect.objectContaining({ messageId }) as unknown),
      ) as unknown,
    });
    expect((await usage('g1', 'logins'))?.all).toBe((before?.all ?? 0) + 1);
    const kept = await api.db.withTenant(house.tenantId, (tx) => listQuarantine(tx, { now: NOW }));
    expect(kept.map(({ eventId }) => eventId).sort()).toEqual(refused);
    expect(kept.find(({ eventId }) => eventId === 'bad-1')?.reason).toContain('event');
  });

  test('a message without an id is known again by its Idempotency-Key, or by its own moment', async () => {
    const message = { userId: 'u1', event: 'Signed In', timestamp: NOW };
    expect((await post('/v1/track', message)).body).toMatchObject({ accepted: 1 });
    expect((await post('/v1/track', message)).body).toMatchObject({ accepted: 0, duplicates: 1 });
    const undated = { userId: 'u1', event: 'Signed In' };
    const named = { 'Idempotency-Key': 'login-77' };
    expect((await post('/v1/track', undated, house.keys.server, named)).body).toMatchObject({
      accepted: 1,
    });
    expect((await post('/v1/track', undated, house.keys.server, named)).body).toMatchObject({
      duplicates: 1,
    });
    expect((await post('/v1/track', undated)).body).toMatchObject({ accepted: 1 });
    expect((await post('/v1/track', undated)).body).toMatchObject({ accepted: 1 });
  });

  test('a sender whose clock is hours off is corrected by its own sentAt', async () => {
    const answer = await post('/v1/batch', {
      sentAt: addHours(NOW, 72),
      batch: [
        {
          type: 'track',
          messageId: 'skewed',
          userId: 'u1',
          event: 'Signed In',
          timestamp: addHours(NOW, 71),
        },
      ],
    });
    expect(answer.body).toMatchObject({ accepted: 1, quarantined: [] });
  });

  test.each(['track', 'identify', 'group', 'page', 'screen', 'alias'])(
    '/v1/%s is there',
    async (type) => {
      const answer = await post(`/v1/${type}`, {
        userId: 'u1',
        groupId: 'g1',
        previousId: 'u0',
        event: 'x',
      });
      expect(answer).toMatchObject({ status: 200, body: { success: true, quarantined: [] } });
    },
  );

  test('a batch that is too large is refused whole, before it is read', async () => {
    const answer = await post('/v1/batch', {
      batch: [{ type: 'track', event: 'x'.repeat(1_100_000) }],
    });
    expect(answer).toMatchObject({ status: 413, body: { code: 'too_large' } });
  });
});
