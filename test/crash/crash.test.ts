import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import { onPostgres, testDatabase } from '../support/database.ts';
import { crash } from './harness.ts';

const KILLS = 20;
const SEED = 20;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retinue-crash-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Where the processes find a migrated database of their own. */
const place = async (): Promise<{ readonly place: string; readonly image?: Uint8Array }> => {
  if (!onPostgres) {
    return {
      place: join(folder, 'database'),
      image: await readFile(inject('databaseImage') ?? ''),
    };
  }
  const database = (await testDatabase()) as OpenDatabase & { readonly url: string };
  return { place: database.url };
};

test(`${KILLS} times killed by kill -9 at random commits, the line loses nothing and doubles nothing`, async () => {
  const report = await crash({ ...(await place()), folder, kills: KILLS, seed: SEED });
  expect(report.faults).toEqual([]);
  expect(report.kills).toHaveLength(KILLS);
  // The life holds what can be lost: commits to die between, messages, tasks, and a ledger that tells of them.
  expect(report.commits).toBeGreaterThan(200);
  expect(report.messages.sent + report.messages.unknown).toBeGreaterThan(report.lives * 5);
  expect(report.tasks).toBeGreaterThan(report.lives * 5);
  expect(report.ledgerEntries).toBeGreaterThan(report.lives * 50);
}, 900_000);
