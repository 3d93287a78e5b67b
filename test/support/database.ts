import { readFile } from 'node:fs/promises';
import { afterAll, describe, inject } from 'vitest';
import type { Instant } from '../../src/domain/time.ts';
import type { Database, OpenDatabase } from '../../src/platform/db/database.ts';
import { openDatabase } from '../../src/platform/db/open.ts';
import { freshName, onServer, urlOf } from './template.ts';

const serverUrl = process.env['RETINUE_TEST_DATABASE_URL'] ?? '';

/** Whether this run tests a real PostgreSQL. */
export const onPostgres = serverUrl !== '';

const opened: (() => Promise<void>)[] = [];

afterAll(async () => {
  for (const close of opened.splice(0)) await close();
});

const copyOfTemplate = async (): Promise<OpenDatabase & { readonly url: string }> => {
  const name = freshName();
  await onServer(serverUrl, `create database ${name} template ${inject('databaseTemplate') ?? ''}`);
  const url = urlOf(serverUrl, name);
  const database = await openDatabase({ url, migrations: inject('migrations') });
  opened.push(async () => {
    await database.close().catch(() => undefined);
    await onServer(serverUrl, `drop database ${name} with (force)`);
  });
  return { ...database, url };
};

const copyOfImage = async (): Promise<OpenDatabase> => {
  const image = await readFile(inject('databaseImage') ?? '');
  const database = await openDatabase({ image, migrations: inject('migrations') });
  opened.push(async () => database.close().catch(() => undefined));
  return database;
};

/**
 * A fresh, migrated database for this test file: embedded and in memory, or a database of its own on the server that
 * `RETINUE_TEST_DATABASE_URL` names. Closed (and dropped) after the file's tests. Call it in `beforeAll`.
 */
export const testDatabase = async (): Promise<OpenDatabase> =>
  onPostgres ? copyOfTemplate() : copyOfImage();

/** A tenant row with its live world, as the loader makes them; `partial` overrides columns. */
export const createTenant = async (
  database: Database,
  tenantId: string,
  partial: {
    readonly name?: string;
    readonly salt?: string;
    readonly isSample?: boolean;
    readonly createdAt?: Instant;
  } = {},
): Promise<string> => {
  const createdAt = partial.createdAt ?? '2026-01-01T00:00:00.000Z';
  await database.withTenant(tenantId, async (tx) => {
    await tx.query(
      'insert into tenants (tenant_id, name, created_at, salt, is_sample) values ($1, $2, $3, $4, $5)',
      [
        tenantId,
        partial.name ?? tenantId,
        createdAt,
        partial.salt ?? `salt of ${tenantId}`,
        partial.isSample ?? false,
      ],
    );
    await tx.query(
      `insert into worlds (tenant_id, world, kind, created_at) values ($1, 'live', 'live', $2)`,
      [tenantId, createdAt],
    );
  });
  return tenantId;
};

/** Tests that need several sessions at once: run on PostgreSQL only, counted with their reason elsewhere. */
export const onlyPostgres = (name: string, work: () => void): void => {
  describe.skipIf(!onPostgres)(`${name} [skipped without: RETINUE_TEST_DATABASE_URL]`, work);
};

/** Tests of what the embedded database alone has (its folder, its lock). */
export const onlyEmbedded = (name: string, work: () => void): void => {
  describe.skipIf(onPostgres)(`${name} [skipped on: PostgreSQL]`, work);
};
