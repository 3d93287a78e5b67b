import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT, type JWTPayload } from 'jose';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placeMessage, listMessages } from '../../src/connectors/in-app/message-store.ts';
import {
  createInAppKeyRoute,
  createInAppTokenRoute,
  listInAppMessagesRoute,
  revokeInAppKeyRoute,
  withdrawInAppMessageRoute,
} from '../../src/api/in-app/index.ts';
import { listLedgerRoute } from '../../src/api/ledger.ts';
import { addHours, epochMilliseconds } from '../../src/domain/time.ts';
import { makeHouse, NOW, startApi, type Api, type House } from './support.ts';

let api: Api;
let house: House;
let key: { readonly kid: string; readonly secret: string };

const ACCOUNT = 'harbor-pine';
const EMAIL = 'dana@harbor-pine.example';

beforeAll(async () => {
  api = await startApi();
  house = await makeHouse(api, 'shop');
  const group = { groupId: ACCOUNT, userId: 'u-1', traits: { name: 'Harbor & Pine' } };
  await api.call('POST', '/v1/group', {
    token: house.keys.server,
    body: { ...group, timestamp: NOW },
  });
  const admin = api.client(house.sessions.admin);
  key = await admin.call(createInAppKeyRoute, { body: { name: 'our app' } });
});

const accountId = () =>
  api.db.withTenant('shop', async (tx) => {
    const [row] = await tx.query<{ id: string }>(
      `select b.account_id as id from account_links b join links l on l.link_id = b.link_id
       where l.external_id = $1`,
      [ACCOUNT],
    );
    return row!.id;
  });

let placed = 0;

const place = async (
  over: { subject?: string; body?: string; actionUrl?: string | null; email?: string } = {},
) => {
  placed += 1;
  const id = `act-message-${placed}`;
  const owner = await accountId();
  const actionUrl = over.actionUrl === undefined ? '/settings/seats' : over.actionUrl;
  await api.db.withTenant('shop', (tx) =>
    placeMessage(tx, id, {
      ...{ id, accountId: owner, caseId: null, contactId: 'dana', audience: 'contact' },
      ...{ recipientEmail: over.email ?? EMAIL, templateId: 'seats-full', language: 'en' },
      ...{ subject: over.subject ?? 'All seats are in use', body: over.body ?? 'Free one.' },
      ...{ actionLabel: actionUrl === null ? null : 'Look at seats', actionUrl },
      ...{ placedAt: NOW, expiresAt: addHours(NOW, 48) },
    }),
  );
  return id;
};

const seconds = (hours: number) => epochMilliseconds(addHours(NOW, hours)) / 1000;

/** As the product's server signs it. */
const sign = (
  claims: JWTPayload = {},
  { kid = key.kid, secret = key.secret, alg = 'HS256' } = {},
): Promise<string> =>
  new SignJWT({
    ...{ account: ACCOUNT, email: EMAIL, sub: 'u-1', aud: 'retinue', exp: seconds(1) },
    ...claims,
  })
    .setProtectedHeader({ alg, kid })
    .sign(new TextEncoder().encode(secret));

const guest = (
  path: string,
  token: string,
  init: { method?: string; headers?: Record<string, string>; signal?: AbortSignal } = {},
) =>
  fetch(`${api.url}/in-app/${path}`, {
    ...init,
    headers: { ...init.headers, Authorization: `Bearer ${token}` },
  });

const shownTo = async (token: string) =>
  ((await (await guest('messages', token)).json()) as { items: { id: string }[] }).items.map(
    ({ id }) => id,
  );

describe('a token', () => {
  it('shows whom it names their messages, and nothing about the account', async () => {
    const id = await place();
    const answer = await guest('messages', await sign());
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    const { items } = (await answer.json()) as { items: Record<string, unknown>[] };
    const [first] = items.filter((item) => item['id'] === id);
    expect(Object.keys(first!).sort()).toEqual(
      ['action', 'expiresAt', 'id', 'language', 'placedAt', 'subject', 'text'].sort(),
    );
  });

  it('of somebody else shows none of them', async () => {
    await place();
    expect(await shownTo(await sign({ email: 'eve@harbor-pine.example' }))).toEqual([]);
  });

  it.each<[string, () => Promise<string>]>([
    ['signed with another secret', () => sign({}, { secret: 'x'.repeat(64) })],
    ['of another key', () => sign({}, { kid: 'shop.0000000000000000' })],
    ['of another tenant', () => sign({}, { kid: key.kid.replace('shop', 'other') })],
    ['that names no key', () => sign({}, { kid: 'nonsense' })],
    ['of another algorithm', () => sign({}, { alg: 'HS512' })],
    ['that has run out', () => sign({ exp: seconds(-1) })],
    ['that lives for a month', () => sign({ exp: seconds(720) })],
    ['for another audience', () => sign({ aud: 'somebody-else' })],
    ['of an account that nobody knows', () => sign({ account: 'nowhere' })],
    ['that gives the account’s name for its id', () => sign({ account: 'Harbor & Pine' })],
    ['that is none', async () => 'nonsense'],
    [
      'without a signature',
      async () => {
        const [, body = ''] = (await sign()).split('.');
        const header = Buffer.from(JSON.stringify({ alg: 'none', kid: key.kid })).toString(
          'base64url',
        );
        return `${header}.${body}.`;
      },
    ],
  ])('%s opens nothing', async (_, make) => {
    const answer = await guest('messages', await make());
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: 'in_app_token_invalid' });
  });

  it('opens nothing any more once its key is revoked', async () => {
    const admin = api.client(house.sessions.admin);
    const made = await admin.call(createInAppKeyRoute, { body: { name: 'short-lived' } });
    const token = await sign({}, made);
    expect((await guest('messages', token)).status).toBe(200);
    const id = made.kid.split('.')[1]!;
    await admin.call(revokeInAppKeyRoute, { params: { id }, body: {} });
    expect((await guest('messages', token)).status).toBe(401);
  });

  it('that is refused stands in the ledger of whose key it names, once a minute', async () => {
    const token = await sign({}, { secret: 'y'.repeat(64) });
    for (let times = 0; times < 3; times += 1) await guest('messages', token);
    api.clock.advance(60_000);
    const { items } = await api.client(house.sessions.admin).call(listLedgerRoute, {
      query: { kind: 'access.refused' },
    });
    const [, keyId] = key.kid.split('.');
    expect(items.filter(({ subjects }) => subjects['keyId'] === keyId)).toMatchObject([
      {
        text: expect.stringMatching(
          /^refused in-app messages, \d+ times: token invalid$/,
        ) as string,
      },
    ]);
  });

  it('is made by an admin alone to try things out', async () => {
    const body = { account: ACCOUNT, email: EMAIL };
    const { token } = await api.client(house.sessions.admin).call(createInAppTokenRoute, { body });
    expect((await guest('messages', token)).status).toBe(200);
    const refused = await api.call('POST', '/v1/in-app/tokens', {
      ...{ token: house.sessions.approver, body },
    });
    expect(refused.status).toBe(403);
  });

  it('is none of the API’s: the API takes no such token', async () => {
    const token = await sign();
    expect((await api.call('GET', '/v1/cases', { token })).status).toBe(401);
  });
});

describe('what a user did', () => {
  it('is kept, counted and known to the line as a touch', async () => {
    const id = await place();
    const token = await sign();
    for (const reaction of ['seen', 'seen', 'clicked'])
      expect((await guest(`messages/${id}/${reaction}`, token, { method: 'POST' })).status).toBe(
        204,
      );
    expect(await shownTo(token)).not.toContain(id);
    const [item] = (
      await api.client(house.sessions.viewer).call(listInAppMessagesRoute, { query: {} })
    ).items.filter((each) => each.id === id);
    expect(item).toMatchObject({ seen: 1, clicked: 1, dismissed: 0, accountName: 'Harbor & Pine' });
    const events = await api.db.withTenant('shop', (tx) =>
      tx.query(`select payload->>'outcome' as outcome from events where type = 'touch.changed'
        and payload->>'touchId' = '${id}' order by payload->>'outcome'`),
    );
    expect(events).toEqual([{ outcome: 'clicked' }, { outcome: 'seen' }]);
  });

  it('is nothing but what there is to do, about one’s own messages', async () => {
    const id = await place({ email: 'somebody@harbor-pine.example' });
    const token = await sign();
    const post = async (path: string) => (await guest(path, token, { method: 'POST' })).status;
    expect(await post(`messages/${id}/seen`)).toBe(404);
    expect(await post('messages/act-unknown/seen')).toBe(404);
    expect(await post(`messages/${id}/deleted`)).toBe(404);
  });
});

/** Reads server-sent events as they come. */
const listen = async (token: string, lastEventId = '') => {
  const stop = new AbortController();
  const answer = await guest('events', token, {
    headers: { 'Last-Event-ID': lastEventId },
    signal: stop.signal,
  });
  const events: { event: string; id: string | null; data: { id: string } }[] = [];
  const read = async () => {
    let text = '';
    for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = /^event: (.*)$/m.exec(block)?.[1];
        if (event === undefined) continue;
        const id = /^id: (.*)$/m.exec(block)?.[1] ?? null;
        events.push({ event, id, data: JSON.parse(/^data: (.*)$/m.exec(block)![1]!) as never });
      }
    }
  };
  const state = { over: false };
  void read().then(
    () => (state.over = true),
    () => undefined,
  );
  const told = () => events.map(({ event, data }) => `${event} ${data.id}`);
  return { answer, events, told, state, stop: () => stop.abort() };
};

describe('server-sent events', () => {
  const user = 'anna@harbor-pine.example';
  const patience = { timeout: 20_000, interval: 50 };

  it('tell what appears and what goes, and after a break exactly what differs by then', async () => {
    const token = await sign({ email: user, sub: 'u-anna' });
    const first = await place({ email: user });
    const stream = await listen(token);
    expect(stream.answer.headers.get('content-type')).toContain('text/event-stream');
    await expect.poll(stream.told, patience).toEqual([`message ${first}`]);
    const second = await place({ email: user });
    await expect.poll(stream.told, patience).toEqual([`message ${first}`, `message ${second}`]);
    const lastEventId = stream.events.at(-1)!.id!;
    stream.stop();

    // Meanwhile one goes and one comes.
    await api.client(house.sessions.operator).call(withdrawInAppMessageRoute, {
      ...{ params: { id: first }, body: {} },
    });
    const third = await place({ email: user });
    const resumed = await listen(token, lastEventId);
    await expect.poll(resumed.told, patience).toEqual([`withdrawn ${first}`, `message ${third}`]);
    resumed.stop();
  });

  it('end when the token runs out', async () => {
    const stream = await listen(await sign({ email: user, sub: 'u-brief', exp: seconds(0.5) }));
    api.clock.set(addHours(NOW, 0.6));
    try {
      await expect.poll(() => stream.state.over, patience).toBe(true);
    } finally {
      api.clock.set(NOW);
    }
  });
});

const BROWSER = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path !== undefined && existsSync(path),
);

describe.skipIf(BROWSER === undefined)(
  'the widget in a real browser [skipped without: Chromium (apt-get install chromium)]',
  () => {
    let browser: Browser;
    const user = 'bea@harbor-pine.example';

    beforeAll(async () => {
      browser = await chromium.launch({
        executablePath: BROWSER!,
        args: ['--no-sandbox', '--disable-dev-shm-usage'],
      });
    }, 60_000);

    afterAll(() => browser.close());

    const open = async (page: Page, sub: string) => {
      const token = await sign({ email: user, sub });
      await page.goto(`${api.url}/in-app/example#token=${token}`);
    };

    const counts = async (id: string) =>
      (await api.db.withTenant('shop', (tx) => listMessages(tx, { limit: 1000 })))
        .filter((message) => message.id === id)
        .map(({ seen, dismissed, clicked }) => ({ seen, dismissed, clicked }))[0];

    const patience = { timeout: 20_000, interval: 100 };

    it('shows a message as text, tells that it was seen, and puts it away', async () => {
      const page = await browser.newPage();
      const problems: string[] = [];
      page.on('pageerror', (error) => problems.push(error.message));
      const subject = 'Seats <img src=x onerror=alert(1)>';
      const id = await place({ email: user, subject, body: 'One\n<b>two</b>' });
      await open(page, 'u-bea');
      const card = page.locator(`article[data-message-id="${id}"]`);
      await card.waitFor({ timeout: 20_000 });
      expect(await card.locator('h2').textContent()).toBe(subject);
      expect(await card.locator('p').textContent()).toBe('One\n<b>two</b>');
      expect(await card.locator('img, b').count()).toBe(0);
      await expect.poll(() => counts(id), patience).toMatchObject({ seen: 1, dismissed: 0 });
      await card.getByRole('button', { name: 'Dismiss' }).click();
      await expect.poll(() => card.count(), patience).toBe(0);
      await expect.poll(() => counts(id), patience).toMatchObject({ dismissed: 1 });
      await page.reload();
      const later = await place({ email: user });
      await page.locator(`article[data-message-id="${later}"]`).waitFor({ timeout: 20_000 });
      expect(await card.count()).toBe(0);
      expect(problems).toEqual([]);
      await page.close();
    }, 90_000);

    it('follows the button, takes away what was withdrawn, and offers no button that runs something', async () => {
      const page = await browser.newPage();
      const [good, bad] = [
        await place({ email: user }),
        await place({ email: user, actionUrl: 'javascript:alert(1)' }),
      ];
      await open(page, 'u-bea-2');
      const card = (id: string) => page.locator(`article[data-message-id="${id}"]`);
      await card(bad).waitFor({ timeout: 20_000 });
      expect(await card(bad).locator('a').count()).toBe(0);
      await api.client(house.sessions.operator).call(withdrawInAppMessageRoute, {
        ...{ params: { id: bad }, body: {} },
      });
      await expect.poll(() => card(bad).count(), patience).toBe(0);
      await card(good).getByRole('link', { name: 'Look at seats' }).click();
      await page.waitForURL(`${api.url}/settings/seats`);
      await expect.poll(() => counts(good), patience).toMatchObject({ clicked: 1 });
      await page.close();
    }, 90_000);

    it('works from a page of another origin, loaded as a script', async () => {
      const token = await sign({ email: user, sub: 'u-bea-3' });
      const id = await place({ email: user });
      const html = `<!doctype html><body><script src="${api.url}/in-app/widget.js"></script>
        <script>RetinueInApp.start({ token: async () => ${JSON.stringify(token)} });</script></body>`;
      const host = createServer((_, response) => {
        response.setHeader('Content-Type', 'text/html').end(html);
      });
      await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
      const page = await browser.newPage();
      await page.goto(`http://localhost:${(host.address() as AddressInfo).port}/`);
      await page.locator(`article[data-message-id="${id}"]`).waitFor({ timeout: 20_000 });
      await page.close();
      host.closeAllConnections();
      host.close();
    }, 90_000);
  },
);
