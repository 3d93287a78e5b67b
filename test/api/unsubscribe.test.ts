import { beforeAll, describe, expect, test } from 'vitest';
import { suppressionOf } from '../../src/act/outbox/suppression.ts';
import { readUnsubscribe, unsubscribeFor } from '../../src/act/outbox/unsubscribe.ts';
import type { Category } from '../../src/domain/proposal.ts';
import { aPreview } from '../policies/question.ts';
import { makeHouse, startApi, type Api } from './support.ts';

const ADDRESS = 'Dana@Customer.example';

let api: Api;
beforeAll(async () => {
  api = await startApi();
  await makeHouse(api, 'acme');
  await makeHouse(api, 'globex');
});

const linkFor = async (tenantId: string, category: Category = 'marketing') => {
  const recipient = { contactId: 'c-1', email: ADDRESS, name: 'Dana' };
  const unsubscribe = { url: 'https://retinue.acme.example', postalAddress: 'Acme, Main Street 1' };
  const config = await api.db.withTenant(tenantId, async (tx) =>
    unsubscribeFor(tx, aPreview({ category, recipient }), {
      contact: { unsubscribe } as never,
    }),
  );
  return config.unsubscribe?.url ?? null;
};

const pathOf = (url: string | null): string => new URL(url ?? '').pathname;

const wanted = (tenantId: string, category: Category) =>
  api.db.withTenant(tenantId, async (tx) => (await suppressionOf(tx, ADDRESS, category)) === null);

const open = (path: string, init: RequestInit = {}) => fetch(api.url + path, init);

const click = (path: string) =>
  open(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: 'List-Unsubscribe=One-Click',
  });

describe('one-click unsubscribe (RFC 8058)', () => {
  test('the link shows nobody’s address, and only advertising carries one', async () => {
    const link = await linkFor('acme');
    expect(link).toMatch(/^https:\/\/retinue\.acme\.example\/unsubscribe\//);
    expect(JSON.stringify(readUnsubscribe(pathOf(link).split('/').at(-1) ?? ''))).not.toMatch(
      /dana@/i,
    );
    expect(await linkFor('acme', 'service')).toBeNull();
  });

  test('looking changes nothing; a click ends advertising, and again changes nothing', async () => {
    const path = pathOf(await linkFor('acme'));
    for (let times = 0; times < 3; times += 1) {
      const page = await open(path);
      expect(page.headers.get('content-type')).toContain('text/html');
      expect(await page.text()).toContain('<form method="post">');
    }
    expect(await wanted('acme', 'marketing')).toBe(true);
    for (let times = 0; times < 2; times += 1) {
      const done = await click(path);
      expect([done.status, await done.text()]).toEqual([
        200,
        expect.stringContaining('You are unsubscribed'),
      ]);
    }
    expect(await wanted('acme', 'marketing')).toBe(false);
    expect(await wanted('acme', 'service')).toBe(true);
    expect(await wanted('globex', 'marketing')).toBe(true);
    expect(await (await open(path)).text()).toContain('You are unsubscribed');
  });

  test('a mailbox provider may click for many at once', async () => {
    const path = pathOf(await linkFor('globex'));
    const all = await Promise.all(Array.from({ length: 60 }, () => click(path)));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([200]));
  });

  test('a link that nobody signed does nothing', async () => {
    const [, , token = ''] = pathOf(await linkFor('acme')).split('/');
    const [body = '', signature = ''] = token.split('.');
    const theirs = Buffer.from(
      Buffer.from(body, 'base64url').toString().replace('"acme"', '"globex"'),
    ).toString('base64url');
    for (const forged of [`${body}.x`, `${theirs}.${signature}`, 'x', `${body}.`]) {
      expect((await click(`/unsubscribe/${forged}`)).status).toBe(404);
    }
  });
});
