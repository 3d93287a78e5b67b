import { afterAll, beforeAll, expect, test } from 'vitest';
import { listDifferences } from '../../src/connectors/source/difference-store.ts';
import { beginReads, listReads } from '../../src/connectors/source/read-store.ts';
import { epochMilliseconds, type Instant } from '../../src/domain/time.ts';
import readSources from '../../src/jobs/read-sources.ts';
import { fixedClock } from '../../src/platform/clock.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import { SECRET_KEY, stripeKey, stripeSource } from '../api/stripe-support.ts';
import { foundCompany, type Company } from '../fixtures/company.ts';
import { testDatabase } from '../support/database.ts';
import { runRecipe } from '../support/stripe-recipes.ts';
import { READ_KEY, startStripe, type StripeServer } from '../support/stripe-server.ts';

/** Four in the afternoon in New York, where the tenant is. */
const AFTERNOON: Instant = '2026-10-13T20:00:00.000Z';

const clock = fixedClock(AFTERNOON);
let db: OpenDatabase;
let company: Company;
let wire: StripeServer;

beforeAll(async () => {
  const seconds = () => Math.floor(epochMilliseconds(clock.now()) / 1000);
  wire = await startStripe({ now: seconds() - 3600, fixtures: null, clock: seconds });
  const params = { name: 'Globex' };
  const step = { name: 'c', path: '/v1/customers', method: 'post' as const, params };
  await runRecipe(wire.url, { name: 'one', steps: [step] });
  db = await testDatabase();
  company = await foundCompany(db, 'nightly', { accounts: [] });
  const about = { sourceId: 'books', now: AFTERNOON };
  await stripeSource(db, 'nightly', { ...about, secrets: [] });
  await stripeKey(db, 'nightly', { ...about, key: READ_KEY });
  const objectTypes = company.parts.stripeReaders.map(({ id }) => id);
  await company.here((tx) =>
    beginReads(tx, { ...about, purpose: 'backfill', objectTypes, anew: true }),
  );
});

afterAll(() => wire.close());

const workAt = async (now: Instant): Promise<void> => {
  clock.set(now);
  const { signal } = new AbortController();
  const outside = { dataDir: '/nonexistent', secretKey: SECRET_KEY, stripeUrl: wire.url };
  const send = async () => undefined;
  await readSources.run({ db, clock, parts: company.parts, outside, signal, send }, {});
};

const compared = async (): Promise<readonly Instant[]> => {
  const reads = await company.here((tx) => listReads(tx, 'books', 'reconcile'));
  return [...new Set(reads.map(({ begunAt }) => begunAt))];
};

test('a source is compared once a night, from one o’clock where the tenant is, and differences are named', async () => {
  await workAt(AFTERNOON);
  const filled = await company.here((tx) => listReads(tx, 'books', 'backfill'));
  expect(new Set(filled.map(({ status }) => status))).toEqual(new Set(['done']));
  const [customer] = wire.objects('customer');
  // Changed there, and no webhook came.
  wire.edit(customer?.id ?? '', { delinquent: true });
  await workAt('2026-10-14T04:30:00.000Z');
  expect(await compared()).toEqual([]);
  const night: Instant = '2026-10-14T05:01:00.000Z';
  await workAt(night);
  expect(await compared()).toEqual([night]);
  const named = await company.here((tx) => listDifferences(tx, 'books', { since: AFTERNOON }));
  expect(named).toMatchObject([
    { objectType: 'customer', objectId: customer?.id, ours: false, theirs: true },
  ]);
  await workAt('2026-10-14T09:00:00.000Z');
  expect(await compared()).toEqual([night]);
  await workAt('2026-10-15T05:01:00.000Z');
  expect(await compared()).toEqual(['2026-10-15T05:01:00.000Z']);
});
