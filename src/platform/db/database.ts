import type { Pool } from 'pg';

/**
 * The one narrow interface over PostgreSQL (`pg`) and the embedded PGlite. Rows look the same on both:
 * `timestamptz` is an `Instant`, `date` a `Day`, `int8` a number (an error beyond 2^53), `numeric` text,
 * `jsonb` parsed, arrays are arrays.
 */
export interface Tx {
  /** Runs one statement with `$1 …` parameters. Objects meant for `jsonb` are passed as they are. */
  query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<Row[]>;

  /**
   * Inserts many rows in few statements (by `unnest`), returns how many were inserted.
   * `onConflict` is the text after the values, such as `on conflict do nothing`.
   */
  bulkInsert(
    table: string,
    columns: Readonly<Record<string, string>>,
    rows: readonly (readonly unknown[])[],
    onConflict?: string,
  ): Promise<number>;

  /** Reads a large result in batches by a cursor, in constant memory. */
  stream<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
    batchSize?: number,
  ): AsyncIterable<Row[]>;
}

/** A transaction in which row-level security shows one tenant only. */
export interface TenantTx extends Tx {
  readonly tenantId: string;
}

export interface Database {
  readonly kind: 'postgres' | 'embedded';

  /**
   * One transaction as the application role with the tenant set. Commits when `work` resolves, rolls back when it
   * throws. Nested use (a transaction opened inside another's `work`) throws instead of deadlocking.
   */
  withTenant<T>(tenantId: string, work: (tx: TenantTx) => Promise<T>): Promise<T>;

  /** One transaction with no tenant set: sees no tenant's rows; for the `security definer` look-ups only. */
  withoutTenant<T>(work: (tx: Tx) => Promise<T>): Promise<T>;

  close(): Promise<void>;
}

/** What `openDatabase` gives: the interface everybody uses, and the three ways in that two libraries and `main` need. */
export interface OpenDatabase extends Database {
  /** For LangGraph's checkpointer. On the embedded database it has `query`, `connect`, `end` and `on`. */
  readonly pool: Pool;
  /** For pg-boss. */
  readonly bossDb: {
    executeSql(text: string, values?: readonly unknown[]): Promise<{ rows: unknown[] }>;
  };
  /** What the embedded database does not do by itself: vacuum, statistics, checkpoint. Nothing on PostgreSQL. */
  maintain(): Promise<void>;
  /** The embedded database as a tar archive; `null` on PostgreSQL, which has tools for that. */
  dump(): Promise<Uint8Array | null>;
}
