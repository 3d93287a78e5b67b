import type { Instant } from '../domain/time.ts';
import type { Database } from '../platform/db/database.ts';
import type { Embedder } from './embedders/define.ts';
import {
  countUnembedded,
  insertVectors,
  selectUnembedded,
  serveModel,
  servingModel,
} from './vector-store.ts';

/** Passages of one transaction. */
const BATCH = 32;

/**
 * Embeds whatever a model has not embedded yet; when nothing is left, this model answers searches. Until then the one
 * before does. May be cut off anywhere and run twice at once: it goes on where it stopped. Returns how many were embedded.
 */
export const embedPassages = async (
  db: Database,
  tenantId: string,
  embedder: Embedder,
  options: {
    readonly now: Instant;
    readonly signal?: AbortSignal;
    readonly onProgress?: (done: number, total: number) => void;
  },
): Promise<number> => {
  const total = await db.withTenant(tenantId, (tx) => countUnembedded(tx, embedder.id));
  let done = 0;
  for (;;) {
    options.signal?.throwIfAborted();
    const passages = await db.withTenant(tenantId, (tx) =>
      selectUnembedded(tx, embedder.id, BATCH),
    );
    if (passages.length === 0) break;
    const headings = await embedder.embed(passages.map(({ heading }) => heading));
    const bodies = await embedder.embed(passages.map(({ heading, text }) => `${heading}\n${text}`));
    const vectors = passages.map(({ id }, place) => ({
      passageId: id,
      heading: headings[place] ?? [],
      body: bodies[place] ?? [],
    }));
    await db.withTenant(tenantId, (tx) => insertVectors(tx, embedder.id, vectors));
    done += passages.length;
    options.onProgress?.(done, Math.max(done, total));
  }
  await db.withTenant(tenantId, async (tx) => {
    if ((await countUnembedded(tx, embedder.id)) > 0) return;
    if ((await servingModel(tx)) !== embedder.id) await serveModel(tx, embedder.id, options.now);
  });
  return done;
};
