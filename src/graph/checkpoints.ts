import { randomBytes } from 'node:crypto';
import type { BaseCheckpointSaver } from '@langchain/langgraph';
import { PostgresSaver } from '@langchain/langgraph-checkpoint-postgres';
import type { OpenDatabase } from '../platform/db/database.ts';

/**
 * PostgresSaver keys blobs by a counter, so two branches or two racing runs of a thread share a key and one reads the
 * other's values (langgraphjs #1812). Versions with a random tail never meet, and still sort by their counter.
 */
export class SafePostgresSaver extends PostgresSaver {
  // @ts-expect-error the base class is typed for numbers; the library itself compares versions of either kind
  override getNextVersion(current?: string | number): string {
    const last = typeof current === 'string' ? Number.parseInt(current, 10) : (current ?? 0);
    return `${String(last + 1).padStart(12, '0')}.${randomBytes(6).toString('hex')}`;
  }
}

/** The checkpointer over the database's own pool. Its tables are made when the database is opened. */
export const openCheckpoints = (db: Pick<OpenDatabase, 'pool'>): BaseCheckpointSaver =>
  new SafePostgresSaver(db.pool, undefined, {
    schema: 'langgraph',
  }) as unknown as BaseCheckpointSaver;
