import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../src/platform/db/open.ts';
import type { Migration } from '../../src/platform/db/migrate.ts';

const INGREDIENTS = ['../../package-lock.json', '../../src/platform/db/packages.ts'];

/** Changes with everything that a migrated database is made of. */
const hashOf = async (migrations: readonly Migration[]): Promise<string> => {
  const hash = createHash('sha256');
  for (const { number, digest } of migrations) hash.update(`${number}:${digest}`);
  for (const file of INGREDIENTS) hash.update(await readFile(new URL(file, import.meta.url)));
  return hash.digest('hex').slice(0, 16);
};

const A_DAY = 86_400_000;

/** Each change of a migration leaves an image of some forty megabytes; another run may still read those of today. */
const dropOldImages = async (newest: string): Promise<void> => {
  const { mtimeMs: now } = await stat(newest);
  const files = (await readdir(tmpdir())).filter((file) =>
    /^retinue-test-[0-9a-f]{16}\.tar$/.test(file),
  );
  for (const file of files) {
    const path = join(tmpdir(), file);
    const age = await stat(path).then(
      ({ mtimeMs }) => now - mtimeMs,
      () => 0,
    );
    if (age > A_DAY) await rm(path, { force: true });
  }
};

/** A migrated data folder as a file, made once for one set of migrations; returns its path. */
export const makeImage = async (migrations: readonly Migration[]): Promise<string> => {
  const path = join(tmpdir(), `retinue-test-${await hashOf(migrations)}.tar`);
  if (existsSync(path)) return path;
  const database = await openDatabase({ migrations });
  try {
    // Checkpointed, so that copies have nothing to replay when they start.
    await database.maintain();
    const bytes = await database.dump();
    if (bytes === null) throw new Error('the embedded database gave no image');
    const draft = `${path}.${process.pid}`;
    await writeFile(draft, bytes);
    await rename(draft, path);
    await dropOldImages(path);
    return path;
  } finally {
    await database.close();
  }
};
