import { join } from 'node:path';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listDifferences } from '../../src/connectors/source/difference-store.ts';
import { beginReads, listReads, type ReadPurpose } from '../../src/connectors/source/read-store.ts';
import { openSecrets } from '../../src/connectors/source/secrets.ts';
import { openStripe } from '../../src/connectors/stripe/source/client.ts';
import { addSecret, saveSource } from '../../src/connectors/stripe/source/connect.ts';
import { examineKey } from '../../src/connectors/stripe/source/examine-key.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { fromEpochMilliseconds, type Instant } from '../../src/domain/time.ts';
import { inOrder, readSource } from '../../src/jobs/sources/read-source.ts';
import { listQuarantine } from '../../src/sense/events/quarantine-store.ts';
import { randomBytes } from 'node:crypto';
import { isRunnable, recipes, runRecipe } from '../support/stripe-recipes.ts';
import { READ_KEY, startStripe, WRITE_KEY, type StripeServer } from '../support/stripe-server.ts';
import { makeHouse, startApi, type Api } from '../api/support.ts';
import { SECRET_KEY, signatureOf } from '../api/stripe-support.ts';

const SHARED = process.env['RETINUE_SHARED'] ?? '../shared';
const RECIPES = join(SHARED, 'data', 'stripe-cli-triggers');
const FIXTURES = join(SHARED, 'data', 'stripe-openapi-fixtures');
const hasShared = existsSync(RECIPES) && existsSync(FIXTURES);

const BEGINNING = 1_790_000_000;
const NOW: Instant = fromEpochMilliseconds((BEGINNING + 3600) * 1000);
const SECRET = 'whsec_contract';

const wires: StripeServer[] = [];

const wireServer = async (): Promise<StripeServer> => {
  const wire = await startStripe({
    now: BEGINNING,
    fixtures: hasShared ? FIXTURES : null,
    // What it is asked later it answers later.
    clock: () => BEGINNING + 3600,
  });
  wires.push(wire);
  return wire;
};

afterAll(async () => {
  for (const wire of wires) await wire.close();
});

let api: Api;

beforeAll(async () => {
  api = await startApi({ now: NOW, outside: { dataDir: '/nonexistent', secretKey: SECRET_KEY } });
});

const secrets = () => openSecrets(api.db, { dataDir: '/nonexistent', secretKey: SECRET_KEY });

const reading = (wire: StripeServer) => ({
  ...{ db: api.db, parts: api.parts, clock: api.clock, secrets: secrets(), stripeUrl: wire.url },
});

const examine = async (wire: StripeServer, key: string) => {
  const stripe = await openStripe({ key, url: wire.url, now: () => NOW });
  return examineKey(stripe, key, {
    readers: inOrder(api.parts.stripeReaders),
    now: NOW,
    zone: 'UTC',
  });
};

/** Connects a new tenant, as the command does. */
const connect = async (wire: StripeServer, tenantId: string, key = READ_KEY): Promise<void> => {
  await makeHouse(api, tenantId);
  const report = await examine(wire, key);
  const settings = { since: null, accountKey: null };
  const about = { sourceId: tenantId, by: 'test', now: NOW };
  await api.db.withTenant(tenantId, async (tx) => {
    await saveSource(
      tx,
      secrets(),
      { ...about, key: { text: key, variable: null }, report, settings },
      randomBytes,
    );
    const given = { text: SECRET, variable: null };
    await addSecret(tx, secrets(), { ...about, purpose: 'webhook', given }, randomBytes);
  });
};

const readAll = (wire: StripeServer, tenantId: string, purpose: ReadPurpose) =>
  readSource(reading(wire), tenantId, tenantId, purpose);

const reconcile = async (wire: StripeServer, tenantId: string) => {
  api.clock.advance(1000);
  const now = api.clock.now();
  const objectTypes = api.parts.stripeReaders.map(({ id }) => id);
  await api.db.withTenant(tenantId, (tx) =>
    beginReads(tx, { sourceId: tenantId, purpose: 'reconcile', objectTypes, anew: true, now }),
  );
  await readAll(wire, tenantId, 'reconcile');
  return api.db.withTenant(tenantId, (tx) => listDifferences(tx, tenantId, { since: now }));
};

const readsOf = (tenantId: string, purpose: ReadPurpose = 'backfill') =>
  api.db.withTenant(tenantId, (tx) => listReads(tx, tenantId, purpose));

const deliver = async (tenantId: string, event: JsonObject) => {
  api.clock.advance(20);
  const body = JSON.stringify(event);
  const response = await fetch(`${api.url}/webhooks/stripe/${tenantId}`, {
    method: 'POST',
    headers: { 'Stripe-Signature': signatureOf(body, SECRET, api.clock.now()) },
    body,
  });
  return {
    status: response.status,
    body: (await response.json()) as { readonly outcome: string; readonly reason?: string },
  };
};

/** Everything that is held of a tenant now, by kind and key. */
const held = (tenantId: string) =>
  api.db.withTenant(tenantId, async (tx) => {
    const rows = await tx.query<{ kind: string; key: string; data: JsonObject }>(
      `select kind, entity_key as key, data from entity_versions
       where valid_to is null and kind not in ('upcoming_invoice') order by kind, entity_key`,
    );
    return rows;
  });

/** A seeded order, with every seventh delivered twice. */
const shuffled = <T>(all: readonly T[], seed: number): T[] => {
  let state = seed;
  const random = () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  return [...all, ...all.filter((_, index) => index % 7 === 0)]
    .map((each) => ({ each, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ each }) => each);
};

describe('Stripe by its own client, its own recipes, its own fixtures', { timeout: 60_000 }, () => {
  let wire: StripeServer;

  beforeAll(async () => {
    wire = await wireServer();
  });

  test('every recipe whose calls the server covers runs; the rest are these', async () => {
    const all = recipes(RECIPES);
    const run = all.filter(isRunnable);
    const rest = all.filter((recipe) => !isRunnable(recipe)).map(({ name }) => name);
    for (const recipe of run) await runRecipe(wire.url, recipe);
    process.stdout.write(
      `recipes: ${String(run.length)} run, ${String(rest.length)} not covered: ${rest.join(', ')}\n`,
    );
    if (hasShared) {
      expect(run.length).toBe(45);
      expect(rest).toEqual(NOT_COVERED);
    }
    expect(wire.events.length).toBeGreaterThan(30);
  });

  test('their events, in any order and some of them twice, leave us where Stripe is', async () => {
    await connect(wire, 'hooks');
    const outcomes: Record<string, number> = {};
    for (const event of shuffled(wire.events, 7)) {
      const { status, body } = await deliver('hooks', event);
      expect([event['type'], status, body]).toMatchObject([event['type'], 200, {}]);
      outcomes[body.outcome] = (outcomes[body.outcome] ?? 0) + 1;
    }
    process.stdout.write(`events of the recipes: ${JSON.stringify(outcomes)}\n`);
    const refused = await api.db.withTenant('hooks', (tx) =>
      listQuarantine(tx, { now: api.clock.now() }),
    );
    expect(refused.map(({ type, reason }) => [type, reason])).toEqual([]);
    const differences = await reconcile(wire, 'hooks');
    expect(
      differences.map(({ objectId, kind, field, ours, theirs }) => ({
        objectId,
        kind,
        field,
        ours,
        theirs,
      })),
    ).toEqual([]);
  });

  test('what is read by list is what the events told, and again changes nothing', async () => {
    await connect(wire, 'filled');
    await readAll(wire, 'filled', 'backfill');
    expect((await readsOf('filled')).map(({ status }) => status)).toEqual(
      api.parts.stripeReaders.map(() => 'done'),
    );
    const known = new Map((await held('hooks')).map((row) => [`${row.kind} ${row.key}`, row.data]));
    const filled = await held('filled');
    expect(filled.length).toBeGreaterThan(20);
    for (const { kind, key, data } of filled)
      expect([kind, key, data]).toEqual([kind, key, known.get(`${kind} ${key}`)]);
    expect(await reconcile(wire, 'filled')).toEqual([]);
  });

  test('a reconciliation names each difference by object and field, corrects it, and names it once', async () => {
    const [paid] = wire.objects('invoice').filter(({ status }) => status === 'paid');
    const [gone] = wire
      .objects('customer')
      .filter(({ id }) => !wire.objects('payment_method').some(({ customer }) => customer === id));
    wire.edit(paid?.id ?? '', { status: 'uncollectible', attempt_count: 7 });
    wire.forget(gone?.id ?? '');
    const found = await reconcile(wire, 'hooks');
    const told = found.map(({ objectId, field, ours, theirs, state }) => [
      objectId,
      field,
      ours,
      theirs,
      state,
    ]);
    expect(told).toEqual([
      [gone?.id, '(object)', gone?.id, null, 'open'],
      [paid?.id, 'failedAttempts', 0, 7, 'corrected'],
      [paid?.id, 'status', 'paid', 'uncollectible', 'corrected'],
    ]);
    const again = await reconcile(wire, 'hooks');
    expect(again.map(({ objectId, state }) => [objectId, state])).toEqual([[gone?.id, 'open']]);
  });
});

/** Schedules, the customer portal, test clocks and the metering stream: what they bring about is read as what it is then. */
const NOT_COVERED = [
  'billing_portal.configuration.created',
  'billing_portal.configuration.updated',
  'billing_portal.session.created',
  'payment_intent.partially_funded',
  'subscription_schedule.aborted',
  'subscription_schedule.canceled',
  'subscription_schedule.completed',
  'subscription_schedule.created',
  'subscription_schedule.expiring',
  'subscription_schedule.released',
  'subscription_schedule.updated',
  'v1.billing.meter.error_report_triggered',
  'v1.billing.meter.no_meter_found',
];

describe('a key', () => {
  test('that only reads is told from one that may change things', async () => {
    const wire = await wireServer();
    expect(await examine(wire, READ_KEY)).toMatchObject({
      livemode: false,
      account: 'acct_ours',
      writable: [],
    });
    expect((await examine(wire, WRITE_KEY)).writable).toEqual([
      'everything: it is a secret key, not a restricted one',
    ]);
    await expect(examine(wire, 'rk_test_unknown')).rejects.toMatchObject({
      code: 'stripe_key_refused',
    });
    await expect(examine(wire, 'pk_test_1')).rejects.toMatchObject({ code: 'stripe_key_invalid' });
  });

  test('that may not read something leaves the rest to be read, and says so', async () => {
    const wire = await wireServer();
    await runRecipe(wire.url, recipes('/nonexistent')[0] ?? { name: '', steps: [] });
    await connect(wire, 'partly');
    wire.refuse('GET /v1/invoices');
    await readAll(wire, 'partly', 'backfill');
    const reads = await readsOf('partly');
    const invoices = reads.find(({ objectType }) => objectType === 'invoice');
    expect(invoices).toMatchObject({ status: 'not_permitted', objects: 0 });
    expect(invoices?.note).toContain('required permissions');
    expect(reads.filter(({ status }) => status === 'done').length).toBe(reads.length - 1);
  });
});

describe('a backfill that is broken off', { timeout: 120_000 }, () => {
  const many = async (wire: StripeServer, count: number) => {
    for (let index = 0; index < count; index += 1) {
      const step = {
        name: 'c',
        path: '/v1/customers',
        method: 'post' as const,
        params: { name: `Company ${String(index)}` },
      };
      await runRecipe(wire.url, { name: 'many', steps: [step] });
    }
  };

  const pagesOf = (wire: StripeServer) =>
    wire.requests.filter((call) => call === 'GET /v1/customers').length;

  test('goes on from the page at which it stopped; each object counts once', async () => {
    const wire = await wireServer();
    await many(wire, 230);
    await connect(wire, 'broken');
    let pages = 0;
    wire.onRequest = (call) =>
      call.startsWith('GET /v1/customers?') && (pages += 1) >= 3 ? 'fail' : 'go';
    await expect(readAll(wire, 'broken', 'backfill')).rejects.toMatchObject({
      code: 'stripe_failed',
    });
    const stopped = (await readsOf('broken')).find(({ objectType }) => objectType === 'customer');
    expect(stopped).toMatchObject({ status: 'running', objects: 200 });
    expect(stopped?.note).toContain('unknown error');
    wire.onRequest = null;
    const before = pagesOf(wire);
    await readAll(wire, 'broken', 'backfill');
    const done = (await readsOf('broken')).find(({ objectType }) => objectType === 'customer');
    expect(done).toMatchObject({ status: 'done', objects: 230, note: null });
    // One page of customers was left; their payment methods are another list.
    expect(pagesOf(wire) - before).toBe(1 + Math.ceil(230 / 20));
    expect((await held('broken')).filter(({ kind }) => kind === 'billing_account').length).toBe(
      230,
    );
  });

  test('begins a list anew when the object at its cursor is gone', async () => {
    const wire = await wireServer();
    await many(wire, 130);
    await connect(wire, 'lost');
    let pages = 0;
    wire.onRequest = (call) =>
      call.startsWith('GET /v1/customers?') && (pages += 1) >= 2 ? 'fail' : 'go';
    await expect(readAll(wire, 'lost', 'backfill')).rejects.toMatchObject({
      code: 'stripe_failed',
    });
    const cursor = (await readsOf('lost')).find(
      ({ objectType }) => objectType === 'customer',
    )?.cursor;
    wire.forget(cursor ?? '');
    wire.onRequest = null;
    await readAll(wire, 'lost', 'backfill');
    expect(
      (await readsOf('lost')).map(({ status }) => status).filter((status) => status !== 'done'),
    ).toEqual([]);
    expect((await held('lost')).filter(({ kind }) => kind === 'billing_account').length).toBe(130);
  });

  test('is read by two workers at once as by one', async () => {
    const wire = await wireServer();
    await many(wire, 220);
    await connect(wire, 'twice');
    await Promise.all([readAll(wire, 'twice', 'backfill'), readAll(wire, 'twice', 'backfill')]);
    await readAll(wire, 'twice', 'backfill');
    const done = (await readsOf('twice')).find(({ objectType }) => objectType === 'customer');
    expect(done).toMatchObject({ status: 'done', objects: 220 });
  });
});
