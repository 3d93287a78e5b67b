import { createHmac, randomBytes } from 'node:crypto';
import type { JsonObject } from '../../domain/json.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { whereFrom } from '../../platform/origin.ts';
import {
  genesis,
  linkHash,
  withoutAddresses,
  type LedgerLink,
  type LedgerSubjects,
} from './link.ts';
import {
  deleteSalt,
  findEntries,
  insertEntry,
  lockHead,
  saltOf,
  searchEntries,
  unlinked,
  worldsToChain,
  writeLinks,
  type LedgerEntry,
  type LedgerSearch,
} from './store.ts';

/**
 * Adds an entry to the ledger, in the caller's transaction: what happened and its record commit together or not at all.
 * Entries commit unlinked, so that no row is hot; `chain` links them soon after. Returns the entry's id.
 */
export const record = (
  tx: TenantTx,
  entry: {
    readonly world: string;
    readonly kind: string;
    readonly subjects: LedgerSubjects;
    /**
     * Ids, digests, verdicts, figures. Text that looks like an e-mail address is replaced; where somebody does it from a
     * place, that is added as `from`, unless the body says from where already.
     */
    readonly body: JsonObject;
    readonly at: Instant;
  },
): Promise<number> => {
  const from = whereFrom();
  const body = from === null ? entry.body : { from, ...entry.body };
  return insertEntry(tx, { ...entry, body: withoutAddresses(body) });
};

/**
 * Links what has been committed since last time, world by world, at most `batch` entries of each. Many may call it: the
 * head row is the lock. Returns how many it linked; call again while it links a full batch.
 */
export const chain = async (
  tx: TenantTx,
  options: { readonly batch?: number } = {},
): Promise<{ readonly linked: number }> => {
  let linked = 0;
  for (const world of await worldsToChain(tx))
    linked += await chainWorld(tx, world, options.batch ?? 1000);
  return { linked };
};

const chainWorld = async (tx: TenantTx, world: string, batch: number): Promise<number> => {
  const start = { position: 0, hash: genesis(tx.tenantId, world) };
  let { position, hash } = await lockHead(tx, world, start);
  const links: (LedgerLink & { readonly entryId: number })[] = [];
  for (const entry of await unlinked(tx, world, batch)) {
    const previousHash = hash;
    position += 1;
    hash = linkHash(previousHash, position, entry);
    links.push({ entryId: entry.entryId, position, previousHash, hash });
  }
  await writeLinks(tx, world, links);
  return links.length;
};

/** Entries in the order they were recorded, for a timeline. At most 1000 unless told. */
export const listLedger = (
  tx: TenantTx,
  filter: {
    readonly world?: string;
    readonly accountId?: string;
    readonly caseId?: string;
    readonly kind?: string;
    readonly limit?: number;
  } = {},
): Promise<LedgerEntry[]> => findEntries(tx, filter);

/** Entries for who looks for something, the newest first. */
export const searchLedger = (tx: TenantTx, search: LedgerSearch): Promise<LedgerEntry[]> =>
  searchEntries(tx, search);

/**
 * A keyed hash of something personal, for a ledger body: the same value of the same subject gives the same hash, until
 * the subject is forgotten; then it can be matched with nothing.
 */
export const subjectHash = async (
  tx: TenantTx,
  subjectId: string,
  value: string,
): Promise<string> =>
  createHmac('sha256', await saltOf(tx, subjectId, randomBytes(32).toString('hex')))
    .update(value)
    .digest('hex');

/** Deletes the subject's salt. True when there was one. */
export const forgetSubject = (tx: TenantTx, subjectId: string): Promise<boolean> =>
  deleteSalt(tx, subjectId);

export type { LedgerEntry, LedgerSearch, LedgerSubjects };
