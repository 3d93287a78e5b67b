import type { Instant } from '../../domain/time.ts';
import type { Database } from '../../platform/db/database.ts';
import { readFeed } from '../feed/read-feed.ts';
import { insertDeliveries } from './delivery-store.ts';
import { lockEndpoint, saveWrittenTo } from './endpoint-store.ts';

const BATCH = 500;

/**
 * Writes a delivery for each event that an endpoint wants and has none for yet, in the order of the feed. The place
 * reached moves in the same transaction: a crash between any two statements leaves neither a gap nor a second copy.
 */
export const writeDeliveries = async (
  db: Database,
  input: { readonly tenantId: string; readonly endpointId: string; readonly now: Instant },
): Promise<number> => {
  let written = 0;
  for (;;) {
    const batch = await db.withTenant(input.tenantId, async (tx) => {
      const endpoint = await lockEndpoint(tx, input.endpointId);
      if (endpoint?.status !== 'active') return null;
      const page = await readFeed(tx, {
        after: endpoint.writtenTo,
        types: endpoint.eventTypes,
        limit: BATCH,
      });
      if (page.next === endpoint.writtenTo) return null;
      await insertDeliveries(tx, endpoint.id, page.items, input.now);
      await saveWrittenTo(tx, endpoint.id, page.next);
      return page;
    });
    if (batch === null) return written;
    written += batch.items.length;
    if (!batch.more) return written;
  }
};
