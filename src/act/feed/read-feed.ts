import { LIVE } from '../../domain/case.ts';
import { inputError } from '../../domain/errors.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { readHead } from '../ledger/store.ts';
import { ANNOUNCED_KINDS, feedEventOf, isWanted, type FeedEvent } from './feed-event.ts';
import { linkedAfter } from './feed-store.ts';

export interface FeedPage {
  readonly items: readonly FeedEvent[];
  /** The position to ask after next time. Moves on even where nothing was wanted. */
  readonly next: number;
  /** Whether there is more already. */
  readonly more: boolean;
}

/**
 * The next events of the live world after a position, oldest first, at most `limit`. Positions are given by the ledger's
 * chainer, one transaction at a time and only to what has been committed: whoever has read up to a position has read
 * everything up to it, however late a slow transaction commits. Errors: `cursor_unknown`.
 */
export const readFeed = async (
  tx: TenantTx,
  input: { readonly after: number; readonly types: readonly string[]; readonly limit: number },
): Promise<FeedPage> => {
  const head = (await readHead(tx, LIVE.id))?.position ?? 0;
  if (input.after > head) throw cursorUnknown(input.after, head);
  const items: FeedEvent[] = [];
  let next = input.after;
  while (items.length < input.limit) {
    const wanted = input.limit - items.length;
    const entries = await linkedAfter(tx, {
      world: LIVE.id,
      kinds: ANNOUNCED_KINDS,
      after: next,
      upTo: head,
      limit: wanted,
    });
    for (const entry of entries) {
      const event = feedEventOf(entry);
      if (event !== null && isWanted(event.type, input.types)) items.push(event);
    }
    next = entries.length < wanted ? head : (entries.at(-1)?.position ?? head);
    if (entries.length < wanted) break;
  }
  return { items, next, more: next < head };
};

/** Where the feed ends: to begin with what happens from here on. */
export const feedEnd = async (tx: TenantTx): Promise<number> =>
  (await readHead(tx, LIVE.id))?.position ?? 0;

const cursorUnknown = (after: number, head: number) =>
  inputError(
    'cursor_unknown',
    `the feed ends at \`${head}\`, before \`${after}\`: was the database restored from an older copy? begin again with an earlier cursor and skip the ids that you know`,
    { status: 400 },
  );
