import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type pg from 'pg';
import { configError } from '../../domain/errors.ts';

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly text: string;
  /** SHA-256 of the text: what was applied is not edited afterwards. */
  readonly digest: string;
}

const FILE = /^(\d{4})_([a-z0-9_]+)\.sql$/;

export const migrationsFolder = new URL('./migrations/', import.meta.url);

/** The migrations of this build, lowest number first. Throws on a file that is not `NNNN_name.sql` or a number twice. */
export const readMigrations = async (folder: URL = migrationsFolder): Promise<Migration[]> => {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  const migrations = await Promise.all(files.map((file) => readMigration(folder, file)));
  const numbers = new Set(migrations.map(({ number }) => number));
  if (numbers.size === migrations.length) return migrations;
  throw configError('db.migration_number', 'two migrations carry the same number; renumber one');
};

const readMigration = async (folder: URL, file: string): Promise<Migration> => {
  const [, number, name] = FILE.exec(file) ?? [];
  if (number === undefined || name === undefined) {
    throw configError('db.migration_name', `\`${file}\` is not named NNNN_name.sql`);
  }
  const text = await readFile(new URL(file, folder), 'utf8');
  const digest = createHash('sha256').update(text).digest('hex');
  return { number: Number(number), name, text, digest };
};

interface Applied {
  readonly number: number;
  readonly name: string;
  readonly digest: string;
}

const REGISTER = `create table if not exists schema_migrations (
  number integer primary key,
  name text not null,
  digest text not null,
  applied_at timestamptz not null default now()
)`;

/** An arbitrary number that names the lock; other programs on the server should not use the same. */
const LOCK = 7_301_846_220;

/** Holds others back who start at the same moment, for as long as `work` takes. */
export const exclusively = async <T>(owner: pg.ClientBase, work: () => Promise<T>): Promise<T> => {
  await owner.query('select pg_advisory_lock($1)', [LOCK]);
  try {
    return await work();
  } finally {
    await owner.query('select pg_advisory_unlock($1)', [LOCK]);
  }
};

const refuseUnknown = (
  applied: readonly Applied[],
  known: ReadonlyMap<number, Migration>,
): void => {
  const stranger = applied.find(({ number }) => !known.has(number));
  if (stranger === undefined) return;
  throw configError(
    'db.newer',
    `the database carries migration ${stranger.number} (${stranger.name}), which this build does not know; ` +
      'install the build that made it, or use another database',
  );
};

const refuseEdited = (applied: readonly Applied[], known: ReadonlyMap<number, Migration>): void => {
  const edited = applied.find(({ number, digest }) => known.get(number)?.digest !== digest);
  if (edited === undefined) return;
  throw configError(
    'db.migration_edited',
    `migration ${edited.number} (${edited.name}) differs from the one this database was made with; ` +
      'use the build that made it, or start with an empty database',
  );
};

const apply = async (owner: pg.ClientBase, migration: Migration): Promise<void> => {
  await owner.query('begin');
  try {
    // First, so that a second starter waits here for the first one's transaction.
    await owner.query('insert into schema_migrations (number, name, digest) values ($1, $2, $3)', [
      migration.number,
      migration.name,
      migration.digest,
    ]);
    await owner.query(migration.text);
    await owner.query('commit');
  } catch (error) {
    await owner.query('rollback');
    throw configError(
      'db.migration_failed',
      `migration ${migration.number} (${migration.name}) failed: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
};

/** Applies what is missing, in order of number, each in a transaction; returns the numbers. Call it `exclusively`. */
export const migrate = async (
  owner: pg.ClientBase,
  migrations: readonly Migration[],
): Promise<number[]> => {
  await owner.query(REGISTER);
  const { rows: applied } = await owner.query<Applied>(
    'select number, name, digest from schema_migrations order by number',
  );
  const known = new Map(migrations.map((migration) => [migration.number, migration]));
  refuseUnknown(applied, known);
  refuseEdited(applied, known);
  const done = new Set(applied.map(({ number }) => number));
  const missing = migrations.filter(({ number }) => !done.has(number));
  for (const migration of missing) await apply(owner, migration);
  return missing.map(({ number }) => number);
};
