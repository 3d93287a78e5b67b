import { join } from 'node:path';
import type { Outside } from './outside.ts';
import { loadParts, type Parts } from './parts.ts';
import { systemClock, type Clock } from './platform/clock.ts';
import type { OpenDatabase } from './platform/db/database.ts';
import { openDatabase } from './platform/db/open.ts';

/** The program put together in one process: the database, the loaded catalogues, the clock. */
export interface System {
  readonly db: OpenDatabase;
  readonly parts: Parts;
  readonly clock: Clock;
  /** Folder of the embedded database, of outgoing mail, of the session. */
  readonly dataDir: string;
  /** How the live world reaches the outside. */
  readonly outside: Outside;
  readonly close: () => Promise<void>;
}

export interface SystemOptions {
  readonly dataDir: string;
  /** PostgreSQL; `null` for the embedded database in the data folder. */
  readonly databaseUrl: string | null;
  readonly outside: Outside;
  readonly clock?: Clock;
}

/** Opens and migrates the database and loads the catalogues. Errors are those of `openDatabase`. */
export const openSystem = async (options: SystemOptions): Promise<System> => {
  const clock = options.clock ?? systemClock;
  const parts = await loadParts();
  const db = await openDatabase(
    options.databaseUrl === null
      ? { dataDir: join(options.dataDir, 'database'), clock }
      : { url: options.databaseUrl, clock },
  );
  const { dataDir, outside } = options;
  return { db, parts, clock, dataDir, outside, close: () => db.close() };
};
