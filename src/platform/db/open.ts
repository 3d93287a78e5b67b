import type pg from 'pg';
import type { Clock } from '../clock.ts';
import { log } from '../log.ts';
import type { OpenDatabase } from './database.ts';
import { openEmbedded } from './embedded.ts';
import { NestingGuard } from './guard.ts';
import { exclusively, migrate, readMigrations, type Migration } from './migrate.ts';
import { installPackages } from './packages.ts';
import { checkServer, connectOwner, openPool } from './postgres.ts';
import { checkTenantId, inTransaction } from './transaction.ts';

export interface DatabaseOptions {
  /** A PostgreSQL address; without one the embedded database is opened. */
  readonly url?: string | undefined;
  /** Folder of the embedded database; without one it lives in memory. */
  readonly dataDir?: string | undefined;
  readonly clock?: Clock | undefined;
  /** Starts the embedded database from an image of a data folder (made by `dump`). */
  readonly image?: Uint8Array | undefined;
  /** Other migrations than the build's: tests of the runner. */
  readonly migrations?: readonly Migration[] | undefined;
}

const prepare = async (owner: pg.Client, migrations?: readonly Migration[]): Promise<void> =>
  exclusively(owner, async () => {
    const applied = await migrate(owner, migrations ?? (await readMigrations()));
    await installPackages(owner);
    if (applied.length > 0) log.info({ migrations: applied }, 'database migrated');
  });

const build = (
  kind: OpenDatabase['kind'],
  pool: pg.Pool,
  guard: NestingGuard,
  rest: Pick<OpenDatabase, 'maintain' | 'dump' | 'close'>,
): OpenDatabase => ({
  kind,
  pool,
  bossDb: { executeSql: async (text, values) => pool.query(text, values as unknown[]) },
  withTenant: async (tenantId, work) => {
    checkTenantId(tenantId);
    return inTransaction(pool, guard, tenantId, work);
  },
  withoutTenant: async (work) => inTransaction(pool, guard, '', work),
  ...rest,
});

const openOnPostgres = async (
  url: string,
  migrations?: readonly Migration[],
): Promise<OpenDatabase> => {
  const guard = new NestingGuard();
  const owner = await connectOwner(url);
  try {
    await checkServer(owner);
    await prepare(owner, migrations);
  } finally {
    await owner.end();
  }
  const pool = openPool(url, guard, (error) => {
    log.warn({ code: 'db.connection_lost', reason: error.message }, 'an idle connection broke');
  });
  return build('postgres', pool, guard, {
    // The server's own autovacuum and checkpointer do this.
    maintain: async () => undefined,
    dump: async () => null,
    close: async () => pool.end(),
  });
};

const openOnEmbedded = async (options: DatabaseOptions): Promise<OpenDatabase> => {
  const guard = new NestingGuard();
  const embedded = await openEmbedded(options, guard);
  try {
    await prepare(embedded.owner, options.migrations);
    await embedded.owner.query('grant pg_maintain, pg_checkpoint to retinue_app');
    await embedded.owner.query('set session authorization retinue_app');
  } catch (error) {
    await embedded.close();
    throw error;
  }
  // It has the four verbs of a pool that anyone of ours or of the libraries uses.
  const pool = embedded.pool as unknown as pg.Pool;
  return build('embedded', pool, guard, {
    maintain: async () => {
      await embedded.pool.query('vacuum analyze');
      await embedded.pool.query('checkpoint');
    },
    dump: async () => embedded.dump(),
    close: async () => embedded.close(),
  });
};

/**
 * Opens the database, brings its tables up to this build, and works as the application role from then on.
 * Throws errors of the family `config` (`db.folder_in_use`, `db.newer`, `db.too_old`, `db.no_vector` …) and `outside`
 * (`db.unreachable`), whose messages say what to do.
 */
export const openDatabase = async (options: DatabaseOptions = {}): Promise<OpenDatabase> =>
  options.url === undefined || options.url === ''
    ? openOnEmbedded(options)
    : openOnPostgres(options.url, options.migrations);
