import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chain, listLedger, record } from '../../src/act/ledger/ledger.ts';
import { listTasks } from '../../src/act/tasks/store.ts';
import { deliverTo } from '../../src/act/webhooks/deliver.ts';
import { listDeliveries, purgeDeliveries } from '../../src/act/webhooks/delivery-store.ts';
import { loadEndpoint } from '../../src/act/webhooks/endpoint-store.ts';
import {
  addEndpoint,
  enableEndpoint,
  removeEndpoint,
  rotateSecret,
} from '../../src/act/webhooks/register.ts';
import { writeDeliveries } from '../../src/act/webhooks/write-deliveries.ts';
import type { WebhookSender } from '../../src/connectors/webhooks/define.ts';
import { webhookSender } from '../../src/connectors/webhooks/sender.ts';
import { addHours, addMinutes } from '../../src/domain/time.ts';
import { fixedClock } from '../../src/platform/clock.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import { aConfig, NOW, person } from '../act/support/act.ts';
import { answering, startReceiver, verify, type Receiver } from '../connectors/webhook-receiver.ts';
import { openVault } from '../../src/platform/secrets/vault.ts';
import { createTenant, testDatabase } from '../support/database.ts';

let db: OpenDatabase;
let tenants = 0;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  db = await testDatabase();
});

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const LOCAL = webhookSender({ privateRanges: ['127.0.0.1'] });
const VAULT = openVault({ secretKey: randomBytes(32).toString('base64'), keyFolder: null });
const admin = person({ roles: ['admin'] });

/** A tenant with one endpoint at a receiver of its own. */
const house = async (options: { eventTypes?: string[]; sender?: WebhookSender } = {}) => {
  tenants += 1;
  const tenantId = await createTenant(db, `house-${tenants}`);
  const receiver = await startReceiver();
  closing.push(receiver.close);
  const clock = fixedClock(NOW);
  const sender = options.sender ?? LOCAL;
  const { endpoint, secret } = await db.withTenant(tenantId, (tx) =>
    addEndpoint(
      tx,
      {
        ...{ url: receiver.url, description: '', eventTypes: options.eventTypes ?? [] },
        ...{ by: admin, now: NOW, sender: LOCAL, vault: VAULT },
      },
      randomBytes,
    ),
  );
  const happen = (kind: string, body = {}, caseId = 'case-1', world = 'live') =>
    db.withTenant(tenantId, (tx) =>
      record(tx, { world, kind, subjects: { caseId, accountId: 'acct-1' }, body, at: clock.now() }),
    );
  const deliver = async () => {
    await db.withTenant(tenantId, (tx) => chain(tx));
    await writeDeliveries(db, { tenantId, endpointId: endpoint.id, now: clock.now() });
    const now = () => clock.now();
    return deliverTo({ db, tenantId, config: aConfig(), sender, vault: VAULT, now }, endpoint.id);
  };
  const deliveries = () =>
    db.withTenant(tenantId, (tx) => listDeliveries(tx, { endpointId: endpoint.id, limit: 100 }));
  const reload = () => db.withTenant(tenantId, (tx) => loadEndpoint(tx, endpoint.id));
  return {
    ...{ tenantId, receiver, clock, endpoint, secret, happen, deliver, deliveries, reload },
  };
};

const idsOf = ({ received }: Receiver) => received.map(({ id }) => id);

describe('a webhook', () => {
  it('is delivered once, signed so that the specification’s library takes it, with a receipt', async () => {
    const { happen, deliver, receiver, secret, deliveries } = await house();
    await happen('case.opened', { playbook: 'churn-save', rank: 7, urgency: 80 });
    await deliver();
    await deliver();
    expect(receiver.received).toHaveLength(1);
    const [received] = receiver.received;
    expect(verify(secret, received!)).toEqual({
      type: 'case.opened',
      timestamp: NOW,
      id: received!.id,
      position: 2,
      data: { caseId: 'case-1', accountId: 'acct-1', playbook: 'churn-save', urgency: 80 },
    });
    expect(() => verify(`whsec_${randomBytes(32).toString('base64')}`, received!)).toThrow();
    expect(await deliveries()).toMatchObject([
      { eventId: received!.id, status: 'delivered', attempts: 1, lastAnswer: 'HTTP 204' },
    ]);
  });

  it('keeps its id over all attempts, each under a timestamp and a signature of its own', async () => {
    const { happen, deliver, receiver, secret, clock, deliveries } = await house();
    receiver.answer = answering(503);
    await happen('case.opened');
    await deliver();
    await deliver();
    expect(receiver.received).toHaveLength(1);
    expect(await deliveries()).toMatchObject([{ status: 'pending', lastAnswer: 'HTTP 503' }]);
    receiver.answer = answering(200);
    clock.advance(10_000);
    await deliver();
    const [first, second] = receiver.received;
    expect(second!.id).toBe(first!.id);
    expect(second!.headers['webhook-timestamp']).not.toBe(first!.headers['webhook-timestamp']);
    verify(secret, second!);
    expect(await deliveries()).toMatchObject([{ status: 'delivered', attempts: 2 }]);
  });

  it('goes again when the reply is lost: the receiver knows it by its id', async () => {
    const { happen, deliver, receiver, clock } = await house();
    receiver.answer = (_, response) => response.socket?.destroy();
    await happen('case.opened');
    await deliver();
    receiver.answer = answering(200);
    clock.advance(10_000);
    await deliver();
    await deliver();
    expect(receiver.received).toHaveLength(2);
    expect(new Set(idsOf(receiver)).size).toBe(1);
  });

  it('goes again when the worker dies after the receiver took it', async () => {
    const dying: WebhookSender = {
      ...LOCAL,
      post: async (request) => {
        await LOCAL.post(request);
        throw new Error('killed');
      },
    };
    const { happen, deliver, receiver, tenantId, endpoint, clock } = await house({ sender: dying });
    await happen('case.opened');
    await expect(deliver()).rejects.toThrow('killed');
    const now = () => clock.now();
    await deliverTo(
      { db, tenantId, config: aConfig(), sender: LOCAL, vault: VAULT, now },
      endpoint.id,
    );
    expect(receiver.received).toHaveLength(2);
    expect(new Set(idsOf(receiver)).size).toBe(1);
  });

  it('is lost by no crash: an event that committed is delivered, one that did not is not', async () => {
    const { happen, deliver, receiver, tenantId } = await house();
    const undone = db.withTenant(tenantId, async (tx) => {
      await record(tx, {
        ...{ world: 'live', kind: 'case.opened', subjects: { caseId: 'never' }, body: {}, at: NOW },
      });
      throw new Error('rolled back');
    });
    await expect(undone).rejects.toThrow('rolled back');
    for (let index = 0; index < 5; index += 1) await happen('case.closed', {}, `case-${index}`);
    await deliver();
    const cases = receiver.received.map(
      ({ body }) => (JSON.parse(body) as { data: { caseId: string } }).data.caseId,
    );
    expect(cases).toEqual(['case-0', 'case-1', 'case-2', 'case-3', 'case-4']);
  });

  it('is of the kinds asked for and of the live world alone', async () => {
    const { happen, deliver, receiver } = await house({ eventTypes: ['task.*', 'case.closed'] });
    await happen('case.opened');
    await happen('case.closed');
    await happen('task', { status: 'open' });
    await happen('task', { notice: 'escalation', status: 'open' });
    await happen('case.closed', {}, 'case-1', 'shadow-1');
    await happen('sign_in');
    await deliver();
    expect(receiver.received.map(({ type }) => type)).toEqual([
      'case.closed',
      'task.opened',
      'task.escalated',
    ]);
  });

  it('does not wait for one before it that is tried again', async () => {
    const { happen, deliver, receiver } = await house();
    await happen('case.opened', {}, 'bad');
    await happen('case.opened', {}, 'fine');
    receiver.answer = (request, response) => {
      answering(request.body.includes('"bad"') ? 400 : 200)(request, response);
    };
    await deliver();
    expect(receiver.received).toHaveLength(2);
  });

  it('leaves an endpoint in peace that is down, without spending the attempts of what waits', async () => {
    const { happen, deliver, receiver, deliveries, clock, reload } = await house();
    receiver.answer = answering(500);
    for (let index = 0; index < 6; index += 1) await happen('case.opened', {}, `case-${index}`);
    await deliver();
    await deliver();
    expect(receiver.received).toHaveLength(3);
    expect((await deliveries()).filter(({ attempts }) => attempts === 0)).toHaveLength(3);
    receiver.answer = answering(200);
    clock.advance(61 * 60_000);
    await deliver();
    expect((await deliveries()).map(({ status }) => status)).toEqual(Array(6).fill('delivered'));
    expect(await reload()).toMatchObject({ failures: 0, failingSince: null, restUntil: null });
  });

  it('waits as long as the receiver asks', async () => {
    const { happen, deliver, receiver, clock } = await house();
    receiver.answer = answering(429, { 'Retry-After': '600' });
    await happen('case.opened');
    await deliver();
    receiver.answer = answering(200);
    clock.set(addMinutes(NOW, 9));
    await deliver();
    expect(receiver.received).toHaveLength(1);
    clock.set(addMinutes(NOW, 11));
    await deliver();
    expect(receiver.received).toHaveLength(2);
  });

  it('is switched off after days of failure with a person told, and misses nothing once it is back', async () => {
    const { happen, deliver, receiver, deliveries, clock, reload, tenantId, endpoint } =
      await house();
    receiver.answer = answering(500);
    await happen('case.opened', {}, 'first');
    for (let hour = 0; hour <= 121; hour += 1) {
      await deliver();
      clock.set(addHours(NOW, hour));
    }
    await happen('case.opened', {}, 'second');
    clock.set(addHours(NOW, 130));
    await deliver();
    clock.set(addHours(NOW, 131));
    await deliver();
    expect(await reload()).toMatchObject({
      status: 'disabled',
      disabledReason: expect.stringContaining('HTTP 500') as string,
    });
    const tasks = await db.withTenant(tenantId, (tx) => listTasks(tx, { world: 'live' }));
    expect(tasks).toMatchObject([{ kind: 'check_webhook', status: 'open', assigneeId: 'eva' }]);
    const tried = receiver.received.length;
    await happen('case.opened', {}, 'meanwhile');
    await deliver();
    expect(receiver.received).toHaveLength(tried);
    receiver.answer = answering(200);
    await db.withTenant(tenantId, (tx) =>
      enableEndpoint(tx, { id: endpoint.id, by: admin, now: clock.now() }),
    );
    await deliver();
    const kept = await deliveries();
    expect(kept.map(({ status }) => status)).toEqual(kept.map(() => 'delivered'));
    const bodies = receiver.received.slice(tried).map(({ body }) => body);
    for (const caseId of ['first', 'second', 'meanwhile'])
      expect(bodies.filter((body) => body.includes(`"${caseId}"`))).toHaveLength(1);
  });

  it('ends at once when the receiver says that it is gone', async () => {
    const { happen, deliver, receiver, reload } = await house();
    receiver.answer = answering(410);
    await happen('case.opened');
    await deliver();
    expect(await reload()).toMatchObject({ status: 'disabled' });
  });

  it('is signed by both secrets for a while after a rotation', async () => {
    const { happen, deliver, receiver, secret, tenantId, endpoint, clock } = await house();
    const rotated = await db.withTenant(tenantId, (tx) =>
      rotateSecret(
        tx,
        { id: endpoint.id, by: admin, now: NOW, overlapHours: 2, vault: VAULT },
        randomBytes,
      ),
    );
    await happen('case.opened');
    await deliver();
    clock.set(addHours(NOW, 3));
    await happen('case.closed');
    await deliver();
    const [during, after] = receiver.received;
    verify(secret, during!);
    verify(rotated.secret, during!);
    verify(rotated.secret, after!);
    expect(() => verify(secret, after!)).toThrow();
  });

  it('is sent no more once it is removed, and its secret is gone', async () => {
    const { happen, deliver, receiver, tenantId, endpoint } = await house();
    await happen('case.opened');
    await db.withTenant(tenantId, (tx) =>
      removeEndpoint(tx, { id: endpoint.id, by: admin, now: NOW }),
    );
    await deliver();
    expect(receiver.received).toEqual([]);
    const kept = await db.withTenant(tenantId, (tx) =>
      tx.query('select secret, previous_secret from webhook_endpoints'),
    );
    expect(kept).toEqual([{ secret: '', previous_secret: null }]);
    const kinds = await db.withTenant(tenantId, (tx) => listLedger(tx, { world: 'live' }));
    expect(kinds.map(({ kind }) => kind)).toEqual([
      'webhook.added',
      'case.opened',
      'webhook.removed',
    ]);
  });

  it('shows nothing of one tenant to another', async () => {
    const [own, other] = [await house(), await house()];
    await own.happen('case.opened');
    await own.deliver();
    await other.deliver();
    expect(other.receiver.received).toEqual([]);
    expect(
      await db.withTenant(other.tenantId, (tx) => loadEndpoint(tx, own.endpoint.id)),
    ).toBeNull();
  });

  it('is forgotten a month after it was finished, and not before', async () => {
    const { happen, deliver, tenantId, deliveries } = await house();
    await happen('case.opened');
    await deliver();
    await db.withTenant(tenantId, (tx) => purgeDeliveries(tx, NOW));
    expect(await deliveries()).toHaveLength(1);
    await db.withTenant(tenantId, (tx) => purgeDeliveries(tx, addMinutes(NOW, 1)));
    expect(await deliveries()).toEqual([]);
  });
});

describe('what cannot be an address', () => {
  const PUBLIC = webhookSender({ privateRanges: [] });

  it.each([
    'not an address',
    'ftp://hooks.example.com/x',
    'file:///etc/passwd',
    'http://hooks.example.com/x',
    'https://user:password@hooks.example.com/x',
    'https://127.0.0.1/x',
    'https://2130706433/x',
    'https://0x7f.1/x',
    'https://10.1.2.3/x',
    'https://169.254.169.254/latest/meta-data',
    'https://100.64.0.1/x',
    'https://0.0.0.0/x',
    'https://[::1]/x',
    'https://[::ffff:10.0.0.1]/x',
    'https://[fd00::1]/x',
    'https://[fe80::1]/x',
    'https://[64:ff9b::a00:1]/x',
    'https://[2002:a00:1::]/x',
  ])('%s is refused with words, at registration and at sending', async (url) => {
    expect(PUBLIC.objection(url)).toMatch(/\w+ \w+/);
    const answer = await PUBLIC.post({ url, headers: {}, body: '{}' });
    expect(answer.kind).toBe('unreached');
  });

  it.each(['https://hooks.example.com/x', 'https://1.1.1.1/x', 'https://[2606:4700::1111]/x'])(
    '%s is taken',
    (url) => {
      expect(PUBLIC.objection(url)).toBeNull();
    },
  );

  it('a name that leads behind the wall is refused as the connection is made, and nothing connects', async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, resolve));
    closing.push(() => new Promise((resolve) => server.close(() => resolve())));
    const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
    expect(PUBLIC.objection(url)).toBeNull();
    const answer = await PUBLIC.post({ url, headers: {}, body: '{}' });
    expect(answer).toMatchObject({
      kind: 'unreached',
      reason: expect.stringContaining('not an address of the public internet') as string,
    });
    expect(connections).toBe(0);
  });

  it('a redirect is not followed', async () => {
    const { happen, deliver, receiver, deliveries } = await house();
    receiver.answer = answering(302, { Location: receiver.url });
    await happen('case.opened');
    await deliver();
    expect(receiver.received).toHaveLength(1);
    expect(await deliveries()).toMatchObject([{ status: 'pending', lastAnswer: 'HTTP 302' }]);
  });

  it('a receiver that never answers is given up on, and one that never stops is hung up on', async () => {
    const receiver = await startReceiver();
    closing.push(receiver.close);
    const impatient = webhookSender({ privateRanges: ['127.0.0.1'], timeoutMilliseconds: 100 });
    const post = () => impatient.post({ url: receiver.url, headers: {}, body: '{"type":"x"}' });
    receiver.answer = () => undefined;
    expect(await post()).toEqual({ kind: 'unreached', reason: 'no answer within 0.1 seconds' });
    receiver.answer = (_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('more '.repeat(1000)), 1);
      response.on('close', () => clearInterval(timer));
    };
    expect(await post()).toMatchObject({ kind: 'answered', status: 200 });
  });

  it.each([['nowhere'], ['10.0.0.0/64'], ['10.0.0']])(
    'a range such as `%s` in the settings is an error of the settings',
    (range) => {
      expect(() => webhookSender({ privateRanges: [range] })).toThrow(/RETINUE_WEBHOOK_PRIVATE/);
    },
  );
});
