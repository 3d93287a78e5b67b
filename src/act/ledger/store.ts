import type { TenantTx } from '../../platform/db/database.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Instant } from '../../domain/time.ts';
import type { LedgerContent, LedgerLink, LedgerSubjects } from './link.ts';

/** An entry as it is read; unlinked while `position` is null. */
export interface LedgerEntry extends LedgerContent {
  readonly position: number | null;
  readonly previousHash: string | null;
  readonly hash: string | null;
}

export interface LedgerHead {
  readonly position: number;
  readonly hash: string;
}

export const ENTRY_COLUMNS = `tenant_id as "tenantId", entry_id as "entryId", world, kind, at, subjects, body,
  position, previous_hash as "previousHash", hash`;

export const insertEntry = async (
  tx: TenantTx,
  entry: { world: string; kind: string; at: Instant; subjects: LedgerSubjects; body: JsonObject },
): Promise<number> => {
  const [row] = await tx.query<{ id: number }>(
    `insert into ledger_entries (tenant_id, world, kind, at, account_id, case_id, subjects, body)
     values ($1, $2, $3, $4, $5, $6, $7, $8) returning entry_id as id`,
    [
      tx.tenantId,
      entry.world,
      entry.kind,
      entry.at,
      entry.subjects.accountId ?? null,
      entry.subjects.caseId ?? null,
      entry.subjects,
      entry.body,
    ],
  );
  return row?.id ?? 0;
};

export const worldsToChain = async (tx: TenantTx): Promise<string[]> => {
  const rows = await tx.query<{ world: string }>(
    'select distinct world from ledger_entries where position is null order by world',
  );
  return rows.map(({ world }) => world);
};

export const chainedWorlds = async (tx: TenantTx): Promise<string[]> => {
  const rows = await tx.query<{ world: string }>(
    'select world from ledger_entries union select world from ledger_heads order by world',
  );
  return rows.map(({ world }) => world);
};

/** The end of the chain, locked until the transaction ends: one chainer at a time. */
export const lockHead = async (
  tx: TenantTx,
  world: string,
  start: LedgerHead,
): Promise<LedgerHead> => {
  await tx.query(
    `insert into ledger_heads (tenant_id, world, position, hash) values ($1, $2, $3, $4) on conflict do nothing`,
    [tx.tenantId, world, start.position, start.hash],
  );
  const [head] = await tx.query<LedgerHead>(
    'select position, hash from ledger_heads where tenant_id = $1 and world = $2 for update',
    [tx.tenantId, world],
  );
  return head ?? start;
};

export const readHead = async (tx: TenantTx, world: string): Promise<LedgerHead | null> => {
  const [head] = await tx.query<LedgerHead>(
    'select position, hash from ledger_heads where world = $1',
    [world],
  );
  return head ?? null;
};

export const unlinked = (tx: TenantTx, world: string, limit: number): Promise<LedgerEntry[]> =>
  tx.query<LedgerEntry>(
    `select ${ENTRY_COLUMNS} from ledger_entries where world = $1 and position is null order by entry_id limit $2`,
    [world, limit],
  );

export const unlinkedTail = async (
  tx: TenantTx,
  world: string,
): Promise<{ readonly count: number; readonly oldest: Instant | null }> => {
  const [row] = await tx.query<{ count: number; oldest: Instant | null }>(
    `select count(*)::int as count, min(at) as oldest from ledger_entries where world = $1 and position is null`,
    [world],
  );
  return row ?? { count: 0, oldest: null };
};

export const writeLinks = async (
  tx: TenantTx,
  world: string,
  links: readonly (LedgerLink & { readonly entryId: number })[],
): Promise<void> => {
  const last = links.at(-1);
  if (last === undefined) return;
  await tx.query(
    `update ledger_entries e set position = l.position, previous_hash = l.previous_hash, hash = l.hash
     from unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[]) as l(entry_id, position, previous_hash, hash)
     where e.tenant_id = $1 and e.entry_id = l.entry_id`,
    [
      tx.tenantId,
      links.map((link) => link.entryId),
      links.map((link) => link.position),
      links.map((link) => link.previousHash),
      links.map((link) => link.hash),
    ],
  );
  await tx.query(
    'update ledger_heads set position = $3, hash = $4 where tenant_id = $1 and world = $2',
    [tx.tenantId, world, last.position, last.hash],
  );
};

export const streamChain = (tx: TenantTx, world: string): AsyncIterable<LedgerEntry[]> =>
  tx.stream<LedgerEntry>(
    `select ${ENTRY_COLUMNS} from ledger_entries where world = $1 and position is not null order by position`,
    [world],
    1000,
  );

export const findEntries = (
  tx: TenantTx,
  filter: { world?: string; accountId?: string; caseId?: string; kind?: string; limit?: number },
): Promise<LedgerEntry[]> =>
  tx.query<LedgerEntry>(
    `select ${ENTRY_COLUMNS} from ledger_entries
     where ($1::text is null or world = $1) and ($2::text is null or account_id = $2)
       and ($3::text is null or case_id = $3) and ($4::text is null or kind = $4)
     order by entry_id limit $5`,
    [
      filter.world ?? null,
      filter.accountId ?? null,
      filter.caseId ?? null,
      filter.kind ?? null,
      filter.limit ?? 1000,
    ],
  );

/** What is looked for; everything that is given must hold. */
export interface LedgerSearch {
  readonly world?: string | undefined;
  /** `decision`, or `key.*` for all that begin so. */
  readonly kinds: readonly string[];
  readonly personId?: string | undefined;
  readonly keyId?: string | undefined;
  readonly accountId?: string | undefined;
  readonly caseId?: string | undefined;
  /** From this moment on. */
  readonly since?: Instant | undefined;
  /** Up to this moment, and not at it. */
  readonly until?: Instant | undefined;
  /** Only entries that were recorded before this one. */
  readonly before?: number | undefined;
  readonly limit: number;
}

export const searchEntries = (tx: TenantTx, search: LedgerSearch): Promise<LedgerEntry[]> => {
  const exact = search.kinds.filter((kind) => !kind.endsWith('*'));
  const begin = search.kinds.filter((kind) => kind.endsWith('*')).map((kind) => kind.slice(0, -1));
  return tx.query<LedgerEntry>(
    `select ${ENTRY_COLUMNS} from ledger_entries
     where ($1::text is null or world = $1)
       and (($2::text[] = '{}' and $3::text[] = '{}') or kind = any($2)
         or exists (select from unnest($3::text[]) as b (start) where starts_with(kind, b.start)))
       and ($4::text is null or person_id = $4) and ($5::text is null or key_id = $5)
       and ($6::text is null or account_id = $6) and ($7::text is null or case_id = $7)
       and ($8::timestamptz is null or at >= $8) and ($9::timestamptz is null or at < $9)
       and ($10::bigint is null or entry_id < $10)
     order by entry_id desc limit $11`,
    [
      ...[search.world ?? null, exact, begin, search.personId ?? null, search.keyId ?? null],
      ...[search.accountId ?? null, search.caseId ?? null],
      ...[search.since ?? null, search.until ?? null, search.before ?? null, search.limit],
    ],
  );
};

/** The subject's salt, made by the first who needs it. */
export const saltOf = async (tx: TenantTx, subjectId: string, fresh: string): Promise<string> => {
  await tx.query(
    'insert into subject_salts (tenant_id, subject_id, salt) values ($1, $2, $3) on conflict do nothing',
    [tx.tenantId, subjectId, fresh],
  );
  const [row] = await tx.query<{ salt: string }>(
    'select salt from subject_salts where subject_id = $1',
    [subjectId],
  );
  return row?.salt ?? fresh;
};

export const deleteSalt = async (tx: TenantTx, subjectId: string): Promise<boolean> => {
  const rows = await tx.query(
    'delete from subject_salts where subject_id = $1 returning subject_id',
    [subjectId],
  );
  return rows.length > 0;
};
