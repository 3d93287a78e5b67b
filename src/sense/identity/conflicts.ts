import { identityOf, type IdentitySettings } from '../../domain/identity.ts';
import { canonicalJson, type Json } from '../../domain/json.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { groupBy } from '../group-by.ts';
import account from '../state/account.ts';
import { toHeld, wordsAt } from '../state/held.ts';
import { loadRecords, type KeyedVersion } from '../state/version-store.ts';
import { boundLinks } from './bound-store.ts';
import { severalRecords } from './profile-store.ts';
import { placeOfSource } from './truth.ts';

/** What one system says of a field. */
export interface Said {
  readonly source: string;
  readonly externalId: string;
  readonly value: Json;
  /** Since when it has said so. */
  readonly since: Instant;
}

/** A field of an account's record of which systems say different things. */
export interface Conflict {
  readonly accountId: string;
  readonly field: string;
  /** The one that holds comes first. */
  readonly said: readonly Said[];
  /** Why it holds: `declared` as the source of truth, a `person`, or the `newest` word. */
  readonly because: 'declared' | 'person' | 'newest';
}

/** Each system has an id of its own for one account; these differ by nature. */
const NO_CONFLICT = new Set([account.keyField, 'keys']);

interface SystemRecord {
  readonly source: string;
  readonly externalId: string;
  readonly versions: readonly KeyedVersion[];
}

/** The fields that an account's records in force at a moment tell otherwise, and whose word holds. Pure. */
export const conflictsOf = (
  accountId: string,
  records: readonly SystemRecord[],
  settings: IdentitySettings,
  at: Instant,
): Conflict[] => {
  const said = records.flatMap(({ source, externalId, versions }) =>
    wordsAt(versions.map(toHeld), at).flatMap(({ held, since }) =>
      Object.entries(held.data).map(([field, value]) => ({
        field,
        source,
        externalId,
        value,
        since: since.get(field) ?? held.validFrom,
      })),
    ),
  );
  return [...groupBy(said, ({ field }) => field)].flatMap(([field, words]) => {
    const differ = new Set(words.map(({ value }) => sameText(value))).size > 1;
    if (!differ || NO_CONFLICT.has(field)) return [];
    const order = settings.truth[`account.${field}`];
    const place = ({ source }: Said) => placeOfSource(order, source);
    const ranked = words
      .map(({ source, externalId, value, since }) => ({ source, externalId, value, since }))
      .sort((a, b) => place(a) - place(b) || (a.since < b.since ? 1 : -1));
    const [first, second] = ranked;
    const decided = first !== undefined && second !== undefined && place(first) < place(second);
    const because = !decided ? 'newest' : place(first) < 0 ? 'person' : 'declared';
    return [{ accountId, field, said: ranked, because } as const];
  });
};

/** Case and blanks at the ends are how systems write, not what they say. */
const sameText = (value: Json): string =>
  typeof value === 'string' ? value.trim().toLowerCase() : canonicalJson(value);

/** Conflicts of these accounts, or of all of which several systems keep a record. */
export const loadConflicts = async (
  tx: TenantTx,
  {
    config,
    now,
    accountIds,
  }: {
    readonly config: TenantConfig;
    readonly now: Instant;
    readonly accountIds?: readonly string[];
  },
): Promise<Conflict[]> => {
  const asked = accountIds ?? (await severalRecords(tx));
  if (asked.length === 0) return [];
  const links = (await boundLinks(tx, asked, now)).filter(
    ({ validTo, trust }) => trust === 'server' && (validTo === null || validTo > now),
  );
  const versions = groupBy(
    await loadRecords(
      tx,
      account.kind,
      links.map(({ linkId }) => linkId),
    ),
    ({ key }) => key,
  );
  const settings = identityOf(config);
  return [...groupBy(links, ({ accountId }) => accountId)].flatMap(([accountId, own]) =>
    conflictsOf(
      accountId,
      own.map(({ source, externalId, linkId }) => ({
        source,
        externalId,
        versions: versions.get(linkId) ?? [],
      })),
      settings,
      now,
    ),
  );
};
