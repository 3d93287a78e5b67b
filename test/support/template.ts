import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { Migration } from '../../src/platform/db/migrate.ts';
import { openDatabase } from '../../src/platform/db/open.ts';

/** The same server, another database on it. */
export const urlOf = (url: string, database: string): string => {
  const parsed = new URL(url);
  parsed.pathname = `/${database}`;
  return parsed.href;
};

/** Runs one statement on the server outside any transaction. */
export const onServer = async (url: string, statement: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
};

export const freshName = (): string => `retinue_test_${randomBytes(6).toString('hex')}`;

/** A migrated database to copy test databases from. */
export const makeTemplate = async (
  url: string,
  migrations: readonly Migration[],
): Promise<{ readonly name: string; readonly drop: () => Promise<void> }> => {
  const name = freshName();
  await onServer(url, `create database ${name}`);
  const database = await openDatabase({ url: urlOf(url, name), migrations });
  await database.close();
  return { name, drop: async () => onServer(url, `drop database ${name} with (force)`) };
};
