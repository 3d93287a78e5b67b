import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chain, record } from '../../src/act/ledger/ledger.ts';
import {
  addWebhookRoute,
  enableWebhookRoute,
  listDeliveriesRoute,
  listWebhooksRoute,
  removeWebhookRoute,
  rotateWebhookRoute,
  testWebhookRoute,
} from '../../src/api/webhooks.ts';
import { feedRoute } from '../../src/api/feed.ts';
import job from '../../src/jobs/deliver-webhooks.ts';
import { answering, startReceiver, verify, type Receiver } from '../connectors/webhook-receiver.ts';
import { SECRET_KEY } from './stripe-support.ts';
import { makeHouse, NOW, startApi, type Api } from './support.ts';

let api: Api;
let receiver: Receiver;

beforeAll(async () => {
  api = await startApi({ webhookPrivateRanges: ['127.0.0.1'] });
  receiver = await startReceiver();
});

afterAll(() => receiver.close());

const happen = (tenantId: string, kind = 'case.opened') =>
  api.db.withTenant(tenantId, async (tx) => {
    const subjects = { caseId: 'case-1' };
    await record(tx, { world: 'live', kind, subjects, body: {}, at: NOW });
    await chain(tx);
  });

const runJob = () =>
  job.run(
    {
      ...{ db: api.db, clock: api.clock, parts: api.parts, send: async () => undefined },
      outside: {
        ...{ dataDir: '/nonexistent', secretKey: SECRET_KEY },
        webhookPrivateRanges: ['127.0.0.1'],
      },
      signal: new AbortController().signal,
    },
    {},
  );

describe('webhooks over HTTP', () => {
  it('are added, tested, served, rotated, listed and removed by an admin', async () => {
    const { tenantId, sessions } = await makeHouse(api, 'hooked');
    const admin = api.client(sessions.admin);
    const url = `${receiver.url}/hooked`;
    const made = await admin.call(addWebhookRoute, { body: { url, eventTypes: ['case.*'] } });
    const params = { id: made.id };
    expect(made).toMatchObject({ url, status: 'active', eventTypes: ['case.*'] });

    const tested = await admin.call(testWebhookRoute, { params, body: {} });
    expect(tested).toMatchObject({ good: true, answer: 'HTTP 204' });
    expect(verify(made.secret, receiver.received.at(-1)!)).toMatchObject({ type: 'webhook.test' });

    await happen(tenantId);
    await runJob();
    const arrived = receiver.received.at(-1)!;
    expect(verify(made.secret, arrived)).toMatchObject({ type: 'case.opened' });
    const sent = await admin.call(listDeliveriesRoute, { params });
    expect(sent.items).toMatchObject([{ eventId: arrived.id, status: 'delivered' }]);

    const fed = await admin.call(feedRoute, { query: { types: 'case.*' } });
    expect(fed.items.map(({ id }) => id)).toEqual([arrived.id]);

    const rotated = await admin.call(rotateWebhookRoute, { params, body: { overlapHours: 1 } });
    await admin.call(testWebhookRoute, { params, body: {} });
    verify(made.secret, receiver.received.at(-1)!);
    verify(rotated.secret, receiver.received.at(-1)!);

    receiver.answer = answering(410);
    expect(await admin.call(testWebhookRoute, { params, body: {} })).toMatchObject({ good: false });
    await happen(tenantId);
    await runJob();
    const [off] = (await admin.call(listWebhooksRoute)).items;
    expect(off).toMatchObject({ status: 'disabled', deliveries: { delivered: 1, pending: 1 } });
    receiver.answer = answering(200);
    await admin.call(enableWebhookRoute, { params, body: {} });
    await runJob();
    const [on] = (await admin.call(listWebhooksRoute)).items;
    expect(on).toMatchObject({ status: 'active', deliveries: { delivered: 2, pending: 0 } });
    expect(JSON.stringify(on)).not.toContain('whsec_');

    await admin.call(removeWebhookRoute, { params, body: {} });
    expect((await admin.call(listWebhooksRoute)).items).toEqual([]);
    await expect(admin.call(testWebhookRoute, { params, body: {} })).rejects.toMatchObject({
      code: 'webhook_not_found',
    });
  });

  it('are an admin’s to change, and refuse an address that is none of anybody’s business', async () => {
    const { sessions, keys } = await makeHouse(api, 'guarded');
    const body = { url: `${receiver.url}/guarded` };
    for (const token of [sessions.approver, sessions.viewer, keys.reader, keys.server]) {
      const answer = await api.call('POST', '/v1/webhooks', { token, body });
      expect(answer.status).toBe(403);
    }
    const admin = api.client(sessions.admin);
    for (const url of [
      'https://169.254.169.254/',
      'https://me:secret@hooks.example.com/',
      'nonsense',
    ]) {
      await expect(admin.call(addWebhookRoute, { body: { url } })).rejects.toMatchObject({
        code: 'webhook_invalid',
      });
    }
    const unknown = admin.call(addWebhookRoute, { body: { ...body, eventTypes: ['coffee.*'] } });
    await expect(unknown).rejects.toMatchObject({ code: 'webhook_invalid' });
    await admin.call(addWebhookRoute, { body });
    await expect(admin.call(addWebhookRoute, { body })).rejects.toMatchObject({
      code: 'webhook_conflict',
    });
  });
});

describe('the feed over HTTP', () => {
  it('is read with a key of scope read, and followed by its cursor', async () => {
    const { tenantId, keys } = await makeHouse(api, 'followed');
    const get = (query: string, token = keys.reader) =>
      api.call('GET', `/v1/feed${query}`, { token });
    const end = (await get('?after=end')).body as { next: string };
    expect((await get(`?after=${end.next}`)).body).toMatchObject({ items: [], more: false });
    await happen(tenantId);
    await happen(tenantId, 'case.closed');
    const page = (await get(`?after=${end.next}&limit=1`)).body as { next: string };
    expect(page).toMatchObject({ items: [{ type: 'case.opened' }], more: true });
    expect((await get(`?after=${page.next}`)).body).toMatchObject({
      items: [{ type: 'case.closed' }],
      more: false,
    });
    expect((await get('', keys.server)).status).toBe(403);
    expect((await get('?after=soon')).status).toBe(422);
    expect((await get('?after=999')).body).toMatchObject({ code: 'cursor_unknown' });
    expect((await get('?types=coffee.brewed')).status).toBe(422);
  });
});
