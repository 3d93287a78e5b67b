import { beforeAll, expect, test } from 'vitest';
import { suppress, suppressionOf } from '../../src/act/outbox/suppression.ts';
import { unsubscribeFor } from '../../src/act/outbox/unsubscribe.ts';
import { LIVE } from '../../src/domain/case.ts';
import { standingNow } from '../../src/graph/standing-now.ts';
import { currentConfig } from '../../src/platform/config/store.ts';
import rejectedInvites from '../../src/sample/stories/rejected-invites.ts';
import { ANCHOR, foundCompany, type Company } from '../fixtures/company.ts';
import { aPreview } from '../policies/question.ts';
import { startApi, type Api } from './support.ts';

let api: Api;
let company: Company;
let recipient: { contactId: string; email: string; name: string };

beforeAll(async () => {
  api = await startApi({ now: ANCHOR });
  company = await foundCompany(api.db, 'acme', {
    accounts: [rejectedInvites.account],
    // One of its texts is German, none is French.
    edits: { 'templates/check-in.yaml': [['language: en', 'language: de']] },
  });
  const [first] = (await standing())?.contacts ?? [];
  if (first === undefined) throw new Error('nobody can be written to');
  recipient = { contactId: first.id, email: first.email, name: first.name };
});

const standing = async () => {
  const accountId = await company.accountId(rejectedInvites.account.id);
  return company.here(async (tx) => {
    const config = await currentConfig(tx);
    const { parts } = company;
    return standingNow(tx, { accountId, world: LIVE, now: ANCHOR, config, parts });
  });
};

/** The way in a message carried, as its recipient follows it. */
const linkIn = async (language: string): Promise<string> => {
  const unsubscribe = { url: 'https://retinue.acme.example', postalAddress: 'Acme, Main Street 1' };
  const message = { templateId: 't', templateVersion: '1', language, subject: 's', text: 't' };
  const preview = aPreview({ category: 'marketing', recipient, message });
  const made = await company.here((tx) =>
    unsubscribeFor(tx, preview, { contact: { unsubscribe } as never }),
  );
  return new URL(made.unsubscribe?.url ?? '').pathname;
};

const show = async (path: string) => (await fetch(api.url + path)).text();

/** Submits the form of the page, to where the page says. */
const choose = async (path: string, wanted: readonly string[], language = 'en') => {
  const action = /action="([^"]+)"/.exec(await show(path))?.[1] ?? '';
  const body = new URLSearchParams([
    ...wanted.map((kind) => ['wanted', kind] as [string, string]),
    ['language', language],
  ]);
  const answer = await fetch(api.url + action, { method: 'POST', body });
  return { status: answer.status, page: await answer.text() };
};

const isWanted = (category: 'service' | 'contract' | 'marketing') =>
  company.here(async (tx) => (await suppressionOf(tx, recipient.email, category)) === null);

test('the page speaks the language of the message, and English where it has no words', async () => {
  const german = await show(await linkIn('de'));
  expect(german).toContain('<html lang="de">');
  expect(german).toContain('Werbung und Neuigkeiten');
  expect(await show(await linkIn('xx'))).toContain('<html lang="en">');
  // What the tenant writes in, and no more.
  expect(german.match(/<option value="(\w\w)"/g)).toEqual([
    '<option value="de"',
    '<option value="en"',
  ]);
  expect(german).not.toContain(recipient.email);
});

test('a recipient ends and begins again what they like, and looking changes nothing', async () => {
  const path = await linkIn('en');
  await show(path);
  expect(await isWanted('service')).toBe(true);
  const { status, page } = await choose(path, ['contract', 'marketing']);
  expect([status, page]).toEqual([200, expect.stringContaining('Saved.')]);
  expect([await isWanted('service'), await isWanted('contract')]).toEqual([false, true]);
  expect(page).toMatch(/value="contract" checked/);
  expect(page).not.toMatch(/value="service" checked/);
  await choose(path, ['service', 'contract', 'marketing']);
  expect(await isWanted('service')).toBe(true);
});

test('the language that they choose is the one they are written in, whatever the CRM says', async () => {
  const path = await linkIn('en');
  const { page } = await choose(path, ['service', 'contract', 'marketing'], 'de');
  expect(page).toContain('Gespeichert.');
  const found = (await standing())?.contacts.find(({ id }) => id === recipient.contactId);
  expect(found?.language).toBe('de');
  // Not one that nobody here writes.
  await choose(path, ['service', 'contract', 'marketing'], 'fr');
  expect((await standing())?.contacts.find(({ id }) => id === recipient.contactId)?.language).toBe(
    'de',
  );
});

test('what others ended is not theirs to begin again, and the page says so', async () => {
  const path = await linkIn('en');
  await company.here((tx) =>
    suppress(tx, { address: recipient.email, reason: 'bounced: 5.1.1', by: 'mail', now: ANCHOR }),
  );
  const { page } = await choose(path, ['service', 'contract', 'marketing'], 'en');
  expect(page).toContain('is not sent to this address');
  expect(page).not.toContain('type="checkbox"');
  expect(await isWanted('service')).toBe(false);
});

test('a form for a link that nobody signed changes nothing', async () => {
  const answer = await fetch(`${api.url}/unsubscribe/forged.x/preferences`, {
    method: 'POST',
    body: new URLSearchParams({ language: 'en' }),
  });
  expect(answer.status).toBe(404);
});
