import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeHouse, startApi, type Api, type House } from '../api/support.ts';
import { typedBeside } from '../api/typed.ts';
import { SECRET_KEY } from '../api/stripe-support.ts';
import { recipes, runRecipe } from '../support/stripe-recipes.ts';
import { READ_KEY, startStripe, WRITE_KEY, type StripeServer } from '../support/stripe-server.ts';

let api: Api;
let house: House;
let wire: StripeServer;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retinue-connect-'));
  wire = await startStripe({ now: 1_795_000_000, fixtures: null });
  for (const recipe of recipes('/nonexistent')) await runRecipe(wire.url, recipe);
  const outside = {
    secretKey: SECRET_KEY,
    stripeUrl: wire.url,
    environment: { STRIPE_KEY: WRITE_KEY },
  };
  api = await startApi({ dataDir: folder, outside });
  house = await makeHouse(api, 'acme');
});

afterAll(async () => {
  await wire.close();
  await rm(folder, { recursive: true, force: true });
});

/** What a command typed beside the server prints. */
const type = async (
  id: string,
  line: Readonly<Record<string, unknown>>,
  role: 'admin' | 'viewer' = 'admin',
): Promise<string> =>
  (await typedBeside({ url: api.url, token: house.sessions[role] }, id, line, { columns: 160 }))
    .out;

const file = async (name: string, text: string): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, `${text}\n`, { mode: 0o600 });
  return path;
};

const storedSecrets = () =>
  api.db.withTenant('acme', (tx) =>
    tx.query<{ environment: string | null; sealed: unknown; retired: boolean }>(
      'select environment, sealed, retired_at is not null as retired from source_secrets order by added_at, secret_id',
    ),
  );

test('a key is tried, kept sealed, and everything it may read is read', async () => {
  const page = await type('connect', {
    system: 'stripe',
    keyFile: await file('key', READ_KEY),
    url: 'https://retinue.example',
  });
  expect(page).toContain('Connected in test mode; account: acct_ours');
  expect(page).toContain('The key only reads.');
  expect(page).toContain('https://retinue.example/webhooks/stripe/acme-stripe-test');
  expect(page).toContain('2026-10-28.endive');
  expect(page).toMatch(/subscription +read +2/);
  const [stored] = await storedSecrets();
  expect(stored?.environment).toBeNull();
  expect(JSON.stringify(stored?.sealed)).not.toContain(READ_KEY.slice(8));
});

test('a key that may write is warned of; by reference only its variable’s name is kept', async () => {
  api.clock.advance(1000);
  const page = await type('connect', {
    system: 'stripe',
    source: 'acme-stripe-test',
    keyEnv: 'STRIPE_KEY',
  });
  expect(page).toContain('The key may also change everything');
  const secrets = await storedSecrets();
  expect(secrets.map(({ environment, sealed, retired }) => [environment, sealed, retired])).toEqual(
    [
      ['', null, true],
      ['STRIPE_KEY', null, false],
    ],
  );
});

test('the signing secret completes it; what differs is named by a command', async () => {
  api.clock.advance(1000);
  const given = {
    system: 'stripe',
    source: 'acme-stripe-test',
    webhookSecretFile: await file('secret', 'whsec_1'),
  };
  expect(await type('connect', given)).toContain('signing secret of `acme-stripe-test` is kept');
  expect(await type('sources', {})).toMatch(/acme-stripe-test +test +read/);
  const [paid] = wire.objects('invoice').filter(({ status }) => status === 'paid');
  wire.edit(paid?.id ?? '', { status: 'void' });
  api.clock.advance(1000);
  const found = await type('sources', { verb: 'reconcile', source: 'acme-stripe-test' });
  expect(found).toMatch(new RegExp(`${paid?.id ?? ''} +invoice +status +paid +void +corrected`));
  expect(
    await type('sources', { verb: 'differences', source: 'acme-stripe-test' }, 'viewer'),
  ).toContain('corrected');
});

test('only an admin connects; a secret in the wrong place is refused in words', async () => {
  await expect(
    type('connect', { system: 'stripe', keyEnv: 'STRIPE_KEY' }, 'viewer'),
  ).rejects.toMatchObject({ code: 'auth.not_allowed' });
  await expect(type('connect', { system: 'stripe', keyEnv: 'NOT_SET' })).rejects.toMatchObject({
    code: 'secret_not_set',
  });
  await expect(
    type('connect', {
      system: 'stripe',
      source: 'acme-stripe-test',
      webhookSecretFile: await file('wrong', 'rk_test_1'),
    }),
  ).rejects.toMatchObject({ code: 'invalid_input' });
});

test('disconnected, it takes no webhook and keeps no secret', async () => {
  await type('sources', { verb: 'disconnect', source: 'acme-stripe-test' });
  expect((await storedSecrets()).filter(({ retired }) => !retired)).toEqual([]);
  const answer = await api.call('POST', '/webhooks/stripe/acme-stripe-test', { body: {} });
  expect(answer).toMatchObject({ status: 404, body: { code: 'source_not_found' } });
});
