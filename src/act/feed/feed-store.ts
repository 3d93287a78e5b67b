import type { TenantTx } from '../../platform/db/database.ts';
import { ENTRY_COLUMNS, type LedgerEntry } from '../ledger/store.ts';

/** Linked entries of these kinds between two positions, the first exclusive, in order. */
export const linkedAfter = (
  tx: TenantTx,
  input: {
    readonly world: string;
    readonly kinds: readonly string[];
    readonly after: number;
    readonly upTo: number;
    readonly limit: number;
  },
): Promise<LedgerEntry[]> =>
  tx.query<LedgerEntry>(
    `select ${ENTRY_COLUMNS} from ledger_entries
     where world = $1 and kind = any($2::text[]) and position > $3 and position <= $4
     order by position limit $5`,
    [input.world, input.kinds, input.after, input.upTo, input.limit],
  );

/** One linked entry by its place in the chain. */
export const linkedAt = async (
  tx: TenantTx,
  world: string,
  position: number,
): Promise<LedgerEntry | null> => {
  const [entry] = await tx.query<LedgerEntry>(
    `select ${ENTRY_COLUMNS} from ledger_entries where world = $1 and position = $2`,
    [world, position],
  );
  return entry ?? null;
};
