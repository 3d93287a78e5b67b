import fs from 'node:fs';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createInAppKeyRoute, createInAppTokenRoute } from '../../src/api/in-app/index.ts';
import { loadResources } from '../../src/api/resources.ts';
import { addWebhookRoute, rotateWebhookRoute, testWebhookRoute } from '../../src/api/webhooks.ts';
import { openSecrets } from '../../src/connectors/source/secrets.ts';
import { insertSource } from '../../src/connectors/source/source-store.ts';
import { addSecret } from '../../src/connectors/stripe/source/connect.ts';
import { issueLoginLink } from '../../src/platform/auth/login.ts';
import { findPerson } from '../../src/platform/auth/people.ts';
import { describeError, log } from '../../src/platform/log.ts';
import { sealOpenSecrets } from '../../src/seal-open-secrets.ts';
import { startReceiver, verify, type Receiver } from '../connectors/webhook-receiver.ts';
import { SECRET_KEY } from './stripe-support.ts';
import { makeHouse, startApi, type Api, type House } from './support.ts';

let api: Api;
let acme: House;
let globex: House;
let receiver: Receiver;
let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'retinue-secrets-'));
  api = await startApi({ dataDir, webhookPrivateRanges: ['127.0.0.1'] });
  acme = await makeHouse(api, 'acme');
  globex = await makeHouse(api, 'globex');
  receiver = await startReceiver();
});

afterEach(() => {
  vi.restoreAllMocks();
});

afterAll(async () => {
  await receiver.close();
  await rm(dataDir, { recursive: true, force: true });
});

const adminOf = (house: House) => api.client(house.sessions.admin);

/** Every row of every table of ours, as a tenant sees it. */
const everything = (tenantId: string): Promise<string> =>
  api.db.withTenant(tenantId, async (tx) => {
    const tables = await tx.query<{ name: string }>(
      `select c.oid::regclass::text as name from pg_class c
       where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
         and has_table_privilege(c.oid, 'select')`,
    );
    const texts: string[] = [];
    for (const { name } of tables) {
      const rows = await tx.query<{ text: string }>(
        `select to_jsonb(t)::text as text from ${name} t`,
      );
      texts.push(...rows.map(({ text }) => `${name} ${text}`));
    }
    return texts.join('\n');
  });

/** The part of a credential that must stand nowhere: what comes after its id. */
const secretPart = (token: string): string => token.split('_').at(-1) ?? '';

/** One of each secret that the program makes or is given. */
const secretsOf = async (house: House): Promise<Readonly<Record<string, string>>> => {
  const { tenantId } = house;
  const webhook = await adminOf(house).call(addWebhookRoute, { body: { url: receiver.url } });
  const rotated = await adminOf(house).call(rotateWebhookRoute, {
    ...{ params: { id: webhook.id }, body: {} },
  });
  const inApp = await adminOf(house).call(createInAppKeyRoute, { body: { name: 'app' } });
  const now = api.clock.now();
  const stripe = { key: `rk_test_canary${tenantId}`, hook: `whsec_canary${tenantId}` };
  const link = await api.db.withTenant(tenantId, async (tx) => {
    const about = { sourceId: `stripe-${tenantId}`, by: 'test', now };
    await insertSource(tx, {
      ...{ sourceId: about.sourceId, system: 'stripe', externalAccount: null, livemode: false },
      ...{ settings: { since: null, accountKey: null }, createdAt: now, createdBy: 'test' },
    });
    const kept = openSecrets(api.db, { dataDir, secretKey: SECRET_KEY });
    for (const [purpose, text] of [
      ['api_key', stripe.key] as const,
      ['webhook', stripe.hook] as const,
    ])
      await addSecret(
        tx,
        kept,
        { ...about, purpose, given: { text, variable: null } },
        randomBytes,
      );
    const ada = await findPerson(tx, `admin@${tenantId}.example`);
    return issueLoginLink(tx, ada.id, now, randomBytes);
  });
  return {
    ...{ webhook: webhook.secret, rotated: rotated.secret, inApp: inApp.secret },
    ...{ stripeKey: stripe.key, stripeHook: stripe.hook, link: secretPart(link) },
    ...{ key: secretPart(house.keys.server), session: secretPart(house.sessions.admin) },
    master: SECRET_KEY,
  };
};

describe('secrets', () => {
  test('stand nowhere: not in the database, the ledger, a log line or an answer', async () => {
    const lines: string[] = [];
    const write = fs.writeSync.bind(fs);
    vi.spyOn(fs, 'writeSync').mockImplementation(((fd: number, text: string, ...rest: never[]) => {
      lines.push(text);
      return fd === 2 ? Buffer.byteLength(text) : write(fd, text, ...rest);
    }) as typeof fs.writeSync);
    const level = log.level;
    log.level = 'trace';
    const canaries = { ...(await secretsOf(acme)), ...prefixed(await secretsOf(globex)) };
    const texts: string[] = [];
    const routes = (await loadResources()).flatMap((resource) => resource.routes);
    for (const house of [acme, globex]) {
      // Wrong, cut and misplaced credentials are what logs and refusals are tempted to quote.
      for (const token of [`${house.keys.server}0`, `${house.sessions.admin.slice(0, -1)}0`])
        texts.push(JSON.stringify(await api.call('GET', '/v1/cases', { token })));
      texts.push(
        JSON.stringify(
          await api.call('POST', '/v1/session', { body: { token: house.keys.server } }),
        ),
        JSON.stringify(await api.call('GET', `/v1/${house.keys.server}`)),
      );
      for (const { method, path } of routes.filter((route) => route.method === 'get')) {
        const at = path.replaceAll(/\{[^}]+\}/gu, 'nothing');
        const answer = await fetch(api.url + at, {
          headers: { Authorization: `Bearer ${house.sessions.admin}` },
        });
        texts.push(`${method} ${path} ${await answer.text()}`);
      }
      texts.push(await everything(house.tenantId));
    }
    log.error(describeError(new Error('what a caller sees of it')), 'and the log is heard');
    log.level = level;
    expect(lines.join('')).toContain('and the log is heard');
    for (const [name, canary] of Object.entries(canaries)) {
      const found = [...texts, ...lines].filter((text) => text.includes(canary));
      expect([name, found.map((text) => text.slice(0, 120))]).toEqual([name, []]);
    }
  });

  test('that stood open are sealed at a start, once, and go on to work', async () => {
    const { webhookId, open } = await standingOpen('acme');
    const system = { db: api.db, clock: api.clock, outside: { dataDir, secretKey: SECRET_KEY } };
    await sealOpenSecrets(system);
    const sealed = await everything('acme');
    expect([sealed.includes(open.webhook), sealed.includes(open.inApp)]).toEqual([false, false]);
    await sealOpenSecrets(system);
    const entries = [...(await everything('acme')).matchAll(/"secret\.sealed"/g)];
    expect(entries).toHaveLength(1);
    receiver.received.splice(0);
    const { good } = await adminOf(acme).call(testWebhookRoute, {
      ...{ params: { id: webhookId }, body: {} },
    });
    expect(good).toBe(true);
    const [got] = receiver.received;
    if (got === undefined) throw new Error('nothing came');
    expect(verify(open.webhook, got)).toMatchObject({ type: 'webhook.test' });
    const { token } = await adminOf(acme).call(createInAppTokenRoute, {
      body: { account: 'nobody' },
    });
    const seen = await api.call('GET', '/in-app/messages', { token });
    expect(JSON.stringify(seen.body)).toContain('its account is not known here');
  });

  test('that stand open and cannot be sealed keep a server from starting, with the way out', async () => {
    await standingOpen('globex');
    const db = { ...api.db, kind: 'postgres' as const };
    await expect(sealOpenSecrets({ db, clock: api.clock, outside: { dataDir } })).rejects.toThrow(
      /stand open .* set RETINUE_SECRET_KEY .* start again/,
    );
    await sealOpenSecrets({ db, clock: api.clock, outside: { dataDir, secretKey: SECRET_KEY } });
  });
});

const prefixed = (secrets: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(secrets).map(([name, secret]) => [`globex ${name}`, secret]));

/** As an earlier version left them. */
const standingOpen = async (tenantId: string) => {
  const open = {
    webhook: `whsec_${randomBytes(32).toString('base64')}`,
    inApp: randomBytes(32).toString('hex'),
  };
  const [row] = await api.db.withTenant(tenantId, async (tx) => {
    await tx.query(`update in_app_keys set secret = $1`, [open.inApp]);
    return tx.query<{ id: string }>(
      `update webhook_endpoints set secret = $1, previous_secret = $1, previous_until = now()
       returning endpoint_id as id`,
      [open.webhook],
    );
  });
  return { webhookId: row?.id ?? '', open };
};
