import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beginReads, listReads } from '../../src/connectors/source/read-store.ts';
import { fromEpochMilliseconds } from '../../src/domain/time.ts';
import { loadParts } from '../../src/parts.ts';
import { fixedClock } from '../../src/platform/clock.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import { openDatabase } from '../../src/platform/db/open.ts';
import { SECRET_KEY, stripeKey, stripeSource } from '../api/stripe-support.ts';
import { makeHouse } from '../api/support.ts';
import { onPostgres, testDatabase } from '../support/database.ts';
import { runRecipe } from '../support/stripe-recipes.ts';
import { READ_KEY, startStripe, type StripeServer } from '../support/stripe-server.ts';

const BEGINNING = 1_790_000_000;
const NOW = fromEpochMilliseconds((BEGINNING + 3600) * 1000);
const CUSTOMERS = 230;
const KILLS = 4;
const UNHARMED = 'unharmed';
const KILLED = 'killed';

let wire: StripeServer;
let db: OpenDatabase;
let place: string;
let folder: string | null = null;

/** The embedded database has one process at a time: it is closed while the other reads. */
beforeAll(async () => {
  wire = await startStripe({ now: BEGINNING, fixtures: null, clock: () => BEGINNING + 3600 });
  for (let index = 0; index < CUSTOMERS; index += 1) {
    const params = { name: `Company ${String(index)}` };
    const step = { name: 'c', path: '/v1/customers', method: 'post' as const, params };
    await runRecipe(wire.url, { name: 'many', steps: [step] });
  }
  if (onPostgres) {
    db = await testDatabase();
    place = (db as OpenDatabase & { readonly url: string }).url;
  } else {
    folder = await mkdtemp(join(tmpdir(), 'retinue-backfill-'));
    place = join(folder, 'database');
    db = await openDatabase({ dataDir: place });
  }
  const objectTypes = (await loadParts()).stripeReaders.map(({ id }) => id);
  for (const tenantId of [UNHARMED, KILLED]) {
    await makeHouse({ db, clock: fixedClock(NOW) }, tenantId);
    const about = { sourceId: tenantId, now: NOW };
    await stripeSource(db, tenantId, { ...about, secrets: [] });
    await stripeKey(db, tenantId, { ...about, key: READ_KEY });
    await db.withTenant(tenantId, (tx) =>
      beginReads(tx, { ...about, purpose: 'backfill', objectTypes, anew: true }),
    );
  }
}, 240_000);

afterAll(async () => {
  await wire.close();
  if (folder === null) return;
  await db.close();
  await rm(folder, { recursive: true, force: true });
});

/** Reads in another process, until its end or until it is killed at a request of its. How it ended. */
const read = async (tenantId: string, killAt: number | null): Promise<string> => {
  if (!onPostgres) await db.close();
  const script = new URL('./killed-backfill-worker.ts', import.meta.url).pathname;
  const args = [script, place, tenantId, tenantId, wire.url, SECRET_KEY, NOW];
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', ...args]);
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  let requests = 0;
  wire.onRequest = () => {
    requests += 1;
    // Somewhere between the request, its answer, and the commit of what it said.
    if (requests === killAt) setTimeout(() => child.kill('SIGKILL'), Math.random() * 60);
    return 'go';
  };
  const ended = await new Promise<string>((resolve) => {
    child.on('exit', (code, signal) => {
      resolve(signal ?? (code === 0 ? 'done' : complaint));
    });
  });
  wire.onRequest = null;
  if (!onPostgres) db = await openDatabase({ dataDir: place });
  return ended;
};

/** What is held, and what was accepted for it: the same, however often its reader died. */
const standing = (tenantId: string) =>
  db.withTenant(tenantId, async (tx) => ({
    held: await tx.query(
      `select kind, entity_key, data from entity_versions where valid_to is null order by 1, 2`,
    ),
    events: await tx.query(`select type, count(*)::int as count from events group by 1 order by 1`),
    reads: (await listReads(tx, tenantId, 'backfill')).map((each) => [
      ...[each.objectType, each.status, each.objects, each.accepted],
    ]),
  }));

test('a backfill killed at random points goes on: nothing is lost and nothing doubled', async () => {
  expect(await read(UNHARMED, null)).toBe('done');
  const expected = await standing(UNHARMED);
  expect(expected.held.length).toBeGreaterThanOrEqual(CUSTOMERS);
  for (let kill = 0; kill < KILLS; kill += 1) {
    expect(await read(KILLED, 1 + Math.floor(Math.random() * 4))).toBe('SIGKILL');
  }
  expect(await read(KILLED, null)).toBe('done');
  expect(await standing(KILLED)).toEqual(expected);
}, 240_000);
