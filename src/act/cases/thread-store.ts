import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';

/** Threads of rounds that ended before then and whose memory is still kept. */
export const endedThreads = async (
  tx: TenantTx,
  before: Instant,
  limit: number,
): Promise<string[]> => {
  const rows = await tx.query<{ thread_id: string }>(
    `select thread_id from rounds where closed_at < $1 and not forgotten order by closed_at limit $2`,
    [before, limit],
  );
  return rows.map((row) => row.thread_id);
};

export const forgetThreads = async (tx: TenantTx, threadIds: readonly string[]): Promise<void> => {
  await tx.query('update rounds set forgotten = true where thread_id = any($1::text[])', [
    threadIds,
  ]);
};
