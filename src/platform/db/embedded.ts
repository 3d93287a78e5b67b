import { access, constants, mkdir } from 'node:fs/promises';
import pg from 'pg';
import { bug, outsideError, type RetinueError } from '../../domain/errors.ts';
import { EngineStream, startEngine, type Engine } from './embedded-stream.ts';
import { lockFolder, unusable } from './folder-lock.ts';
import type { NestingGuard } from './guard.ts';
import { types } from './parsers.ts';
import { Turns } from './turns.ts';

const isPanic = (error: unknown): boolean =>
  error instanceof Error && (error as { readonly severity?: unknown }).severity === 'PANIC';

const panicked = (cause: unknown): RetinueError =>
  outsideError(
    'db.embedded_stopped',
    `the embedded database stopped (${cause instanceof Error ? cause.message : 'for an unknown reason'}): ` +
      'put that right and start again; what was committed is kept',
    cause,
  );

/** The embedded database as a pool of one session, handed out in turns. */
export class EmbeddedPool {
  readonly #client: pg.Client;
  readonly #guard: NestingGuard;
  readonly #turns = new Turns();
  readonly #kill: () => Promise<void>;
  #closed = false;
  #dead: RetinueError | null = null;

  constructor(client: pg.Client, guard: NestingGuard, kill: () => Promise<void>) {
    this.#client = client;
    this.#guard = guard;
    this.#kill = kill;
  }

  /** Why nothing can be asked of it any more; `null` while it works. */
  get dead(): RetinueError | null {
    return this.#dead;
  }

  /** Waits for the session; it is the caller's until `release`. */
  async connect(): Promise<pg.PoolClient> {
    this.#guard.check();
    const end = await this.#turns.take();
    if (this.#closed) {
      end();
      throw bug('db.closed', 'the database is closed');
    }
    if (this.#dead !== null) {
      end();
      throw this.#dead;
    }
    return this.#lease(end);
  }

  async query(text: unknown, values?: readonly unknown[]): Promise<unknown> {
    const client = await this.connect();
    try {
      return await client.query(text as string, values as unknown[]);
    } finally {
      client.release();
    }
  }

  /** For `pg.Pool`'s sake: the session's errors come with the statement that failed. */
  on(): this {
    return this;
  }

  /** Waits for the turn that is running, then ends the session. */
  async end(): Promise<void> {
    if (this.#closed) return;
    const end = await this.#turns.take();
    this.#closed = true;
    await this.#client.end();
    end();
  }

  #lease(end: () => void): pg.PoolClient {
    let held = true;
    const query = async (...parameters: readonly unknown[]) => {
      if (!held) throw bug('db.released', 'the connection was given back already');
      if (this.#dead !== null) throw this.#dead;
      try {
        return await (this.#client.query as (...all: readonly unknown[]) => Promise<unknown>)(
          ...parameters,
        );
      } catch (error) {
        if (isPanic(error)) await this.#bury(error);
        throw error;
      }
    };
    const release = () => {
      if (!held) return;
      held = false;
      void this.#tidy().then(end, end);
    };
    return {
      query,
      release,
      getTransactionStatus: () => this.#client.getTransactionStatus(),
    } as unknown as pg.PoolClient;
  }

  /** A server would start anew after a panic; this engine stands still, so that whoever asked next would wait for ever. */
  async #bury(cause: unknown): Promise<void> {
    this.#dead = panicked(cause);
    await this.#kill();
  }

  /** The next one must not find itself inside a transaction that was left open. */
  async #tidy(): Promise<void> {
    if (this.#dead !== null) return;
    const status = this.#client.getTransactionStatus();
    if (status === 'T' || status === 'E') await this.#client.query('rollback');
  }
}

export interface Embedded {
  readonly pool: EmbeddedPool;
  /** The session itself, for migrations before anyone else uses the pool. */
  readonly owner: pg.Client;
  /** The whole data folder as a tar archive. */
  dump(): Promise<Uint8Array>;
  close(): Promise<void>;
}

const connectTo = async (engine: Engine): Promise<pg.Client> => {
  const client = new pg.Client({
    stream: () => new EngineStream(engine),
    types,
    // Named so that no variable of the environment reaches the connection.
    user: 'postgres',
    password: 'none',
    database: 'postgres',
    host: 'embedded',
    port: 1,
    ssl: false,
  });
  // Statements report the failure; without a listener the event would end the process.
  client.on('error', () => undefined);
  await client.connect();
  return client;
};

/** The engine itself only stops when it may not write. */
const makeUsable = async (folder: string): Promise<void> => {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw unusable(folder, error) ?? error;
  }
};

/**
 * Opens a folder (taking its lock), or a database in memory. Throws `db.folder_in_use`, `db.folder_unwritable` and
 * `db.disk_full`.
 */
export const openEmbedded = async (
  where: { readonly dataDir?: string | undefined; readonly image?: Uint8Array | undefined },
  guard: NestingGuard,
): Promise<Embedded> => {
  const lock = where.dataDir === undefined ? undefined : await lockFolder(where.dataDir);
  try {
    if (where.dataDir !== undefined) await makeUsable(where.dataDir);
    const engine = await startEngine(where);
    const owner = await connectTo(engine);
    const pool = new EmbeddedPool(owner, guard, () => engine.terminate());
    return {
      pool,
      owner,
      dump: () => engine.ask({ kind: 'dump' }),
      close: async () => {
        try {
          if (pool.dead !== null) return;
          await pool.end();
          await engine.ask({ kind: 'close' });
        } finally {
          await engine.terminate();
          await lock?.release();
        }
      },
    };
  } catch (error) {
    await lock?.release();
    throw error;
  }
};
