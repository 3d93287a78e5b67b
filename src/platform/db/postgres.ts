import pg from 'pg';
import { configError, outsideError } from '../../domain/errors.ts';
import type { NestingGuard } from './guard.ts';
import { types } from './parsers.ts';

const OLDEST_VERSION = 150_000;

const CONNECT_MILLISECONDS = 15_000;

/** Session settings on which the parsers rely. */
const SETTINGS = '-c timezone=UTC -c datestyle=ISO';

/**
 * Of the sessions that everybody works with; migrations, which may build an index for an hour, have none.
 *
 * A statement of ours takes seconds; the longest (retracting an import, reading the series of a hundred thousand accounts,
 * each batch of which is a statement of its own) tens of seconds on a small machine. Ten minutes are an order above, and
 * end a wait for a lock that nobody gives back.
 *
 * Between two statements of a transaction we compute over one batch, seconds at most, and never ask the network. Five
 * minutes is what a lease lasts: whoever stood still for longer, say on a suspended laptop, has lost the work to somebody
 * else, who must not wait for their locks.
 */
const LIMITS = '-c statement_timeout=10min -c idle_in_transaction_session_timeout=5min';

/**
 * `pg` reads `options` from the address too, and one of the two would be lost. The later ones win: an operator may set
 * other limits in the address, and not what the parsers rely on.
 */
const optionsOf = (url: string, limits: string, ours: string): string => {
  const theirs = URL.canParse(url) ? new URL(url).searchParams.get('options') : null;
  return [limits, theirs, ours].filter(Boolean).join(' ');
};

const withoutOptions = (url: string): string => {
  if (!URL.canParse(url)) return url;
  const parsed = new URL(url);
  parsed.searchParams.delete('options');
  return parsed.href;
};

const settings = (url: string, limits: string, ours: string): pg.ClientConfig => ({
  connectionString: withoutOptions(url),
  options: optionsOf(url, limits, ours),
  types,
  application_name: 'retinue',
});

/** Connects as the user in the address, who owns the tables and migrates them. Throws `db.unreachable`. */
export const connectOwner = async (url: string): Promise<pg.Client> => {
  const client = new pg.Client({
    ...settings(url, '', SETTINGS),
    connectionTimeoutMillis: CONNECT_MILLISECONDS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw outsideError(
      'db.unreachable',
      `cannot connect to PostgreSQL: ${error instanceof Error ? error.message || 'connection refused' : String(error)}; ` +
        'check DATABASE_URL, or unset it to use the embedded database',
      error,
    );
  }
  return client;
};

interface Server {
  readonly version: number;
  readonly name: string;
  readonly vector: 'installed' | 'installable' | 'forbidden' | 'missing';
}

// Only a superuser may install an extension that is not marked as trusted.
const SERVER = `select current_setting('server_version_num')::int as version,
  current_setting('server_version') as name,
  case when exists (select from pg_extension where extname = 'vector') then 'installed'
    else coalesce((select case when trusted or usesuper then 'installable' else 'forbidden' end
      from pg_available_extension_versions v, pg_user where v.name = 'vector' and usename = current_user
      order by v.version desc limit 1), 'missing') end as vector`;

const WITHOUT_VECTOR = {
  missing:
    'the PostgreSQL server has no extension `vector`; install pgvector on it (package postgresql-<version>-pgvector)',
  forbidden:
    'the database has no extension `vector` yet and this user may not install it; run `create extension vector` in it as a superuser',
};

/** Throws `db.too_old` or `db.no_vector` when the server cannot carry us. */
export const checkServer = async (owner: pg.Client): Promise<void> => {
  const { rows } = await owner.query<Server>(SERVER);
  const [server] = rows;
  if (server === undefined) return;
  const { version, name, vector } = server;
  if (version < OLDEST_VERSION) {
    throw configError('db.too_old', `PostgreSQL ${name} is too old; version 15 or newer is needed`);
  }
  if (vector === 'missing' || vector === 'forbidden') {
    throw configError('db.no_vector', WITHOUT_VECTOR[vector]);
  }
};

type Callback = Parameters<pg.Pool['connect']>[0];

class GuardedPool extends pg.Pool {
  readonly #guard: NestingGuard;

  constructor(config: pg.PoolConfig, guard: NestingGuard) {
    super(config);
    this.#guard = guard;
  }

  // `query` comes by here too, with a callback.
  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Callback): void;
  override connect(callback?: Callback): Promise<pg.PoolClient> | undefined {
    this.#guard.check();
    if (callback === undefined) return super.connect();
    super.connect(callback);
    return undefined;
  }
}

/** The pool everybody works with, as the role that owns nothing. `report` is told of idle connections that broke. */
export const openPool = (
  url: string,
  guard: NestingGuard,
  report: (error: Error) => void,
  connections = 10,
): pg.Pool => {
  const pool = new GuardedPool(
    { ...settings(url, LIMITS, `-c role=retinue_app ${SETTINGS}`), max: connections },
    guard,
  );
  // Without listeners a dropped connection ends the process: an idle one, and one in use between two statements.
  pool.on('error', report);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
};
