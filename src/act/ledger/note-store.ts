import type { JsonObject } from '../../domain/json.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { LedgerSubjects } from './link.ts';

/** A note of one window, before it is counted. */
export interface NewNote {
  readonly noteKey: string;
  readonly windowStart: Instant;
  readonly windowEnd: Instant;
  readonly kind: string;
  readonly actor: string;
  readonly subjects: LedgerSubjects;
  readonly body: JsonObject;
  readonly written: boolean;
  readonly items: number;
  readonly leastItems: number;
  readonly at: Instant;
}

export interface Counted {
  readonly kind: string;
  readonly subjects: LedgerSubjects;
  readonly body: JsonObject;
  readonly written: boolean;
  readonly times: number;
  readonly items: number;
  readonly leastItems: number;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
}

type Again = Pick<NewNote, 'noteKey' | 'windowStart' | 'items' | 'at'>;

/** Counts one that is there; false when it is not. */
export const countAgain = async (tx: TenantTx, note: Again): Promise<boolean> => {
  const rows = await tx.query(
    `update audit_notes set times = times + 1, items = items + $3, last_at = greatest(last_at, $4)
     where note_key = $1 and window_start = $2 returning note_key`,
    [note.noteKey, note.windowStart, note.items, note.at],
  );
  return rows.length > 0;
};

/** How many different notes of this kind somebody has in this window. */
export const countApart = async (
  tx: TenantTx,
  { windowStart, kind, actor }: Pick<NewNote, 'windowStart' | 'kind' | 'actor'>,
): Promise<number> => {
  const [row] = await tx.query<{ count: number }>(
    'select count(*)::int as count from audit_notes where window_start = $1 and kind = $2 and actor = $3',
    [windowStart, kind, actor],
  );
  return row?.count ?? 0;
};

/** True when nobody noted it before in this window. */
export const insertNote = async (tx: TenantTx, note: NewNote): Promise<boolean> => {
  const [row] = await tx.query<{ times: number }>(
    `insert into audit_notes (tenant_id, note_key, window_start, window_end, kind, actor, subjects, body, written,
       times, items, least_items, first_at, last_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, $11, $12, $12)
     on conflict (tenant_id, note_key, window_start) do update
       set times = audit_notes.times + 1, items = audit_notes.items + excluded.items, last_at = excluded.last_at
     returning times`,
    [
      ...[tx.tenantId, note.noteKey, note.windowStart, note.windowEnd, note.kind, note.actor],
      ...[note.subjects, note.body, note.written, note.items, note.leastItems, note.at],
    ],
  );
  return row?.times === 1;
};

/** Takes away what is over, oldest first. */
export const takeOver = async (tx: TenantTx, now: Instant): Promise<Counted[]> => {
  const rows = await tx.query<Counted>(
    `delete from audit_notes where window_end <= $1
     returning kind, subjects, body, written, times, items, least_items as "leastItems", first_at as "firstAt",
       last_at as "lastAt"`,
    [now],
  );
  return rows.sort((a, b) => (a.lastAt < b.lastAt ? -1 : 1));
};
