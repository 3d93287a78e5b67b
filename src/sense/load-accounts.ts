import type { TenantConfig } from '../domain/tenant.ts';
import type { Day, Instant } from '../domain/time.ts';
import type { TenantTx } from '../platform/db/database.ts';
import type { AccountView } from './account-view.ts';
import { calendarOf } from './calendar.ts';
import { groupBy } from './group-by.ts';
import { rootAccountIds } from './identity/parent-store.ts';
import { boundLinks, pageOfAccounts, type BoundLink } from './identity/bound-store.ts';
import { loadKnown, loadKnownShared } from './load-known.ts';
import { makeAccountView, usageFromFor, type AccountViewInput } from './make-account-view.ts';
import { blockOf } from './series/blocks.ts';
import { leftOut, weeksOf, type DropWatch, type LinkWeek } from './series/drops.ts';
import { loadFreshness } from './series/freshness-store.ts';
import { freshnessOf, type Freshness } from './series/freshness.ts';
import { loadWatches, watchedMetrics, weeksOfLinks } from './series/hours-store.ts';
import { loadBlocks, type UsageBlock } from './series/series-store.ts';
import type { EntityType } from './state/define.ts';
import { loadTenantWide, loadVersions, type KeyedVersion } from './state/version-store.ts';

export interface LoadOptions {
  readonly config: TenantConfig;
  readonly entities: readonly EntityType[];
  /** What occurred later is not seen. */
  readonly now: Instant;
  /** What was accepted later is not seen: a decision is replayed as things were known then. Slow: folds from events. */
  readonly knownAt?: Instant;
  /** These accounts alone, in this order; those that do not exist are left out. */
  readonly accountIds?: readonly string[];
  readonly batchSize?: number;
  /** What all accounts share, where it was loaded before. */
  readonly shared?: Shared;
  /** Set where nobody will ask the views for an earlier day: what sources told then is left out. */
  readonly atNowAlone?: boolean;
}

/** What was loaded of a batch of accounts. */
export interface Loaded {
  readonly links: readonly BoundLink[];
  readonly versions: readonly KeyedVersion[];
  readonly usage: readonly UsageBlock[];
  /** Both weeks of watched metrics; left out where things are shown as they were known. */
  readonly weeks?: readonly LinkWeek[];
}

/** What all accounts of a load share. */
export interface Shared {
  readonly tenantWide: readonly KeyedVersion[];
  readonly freshness: Freshness;
  readonly usageFrom: Day;
  readonly watches?: readonly DropWatch[];
}

/** Few enough that they are forgotten before the collector takes them for old: a hundred a batch once held a gigabyte. */
const BATCH = 25;

/** Loads accounts in batches, some statements a batch and none an account. */
export async function* loadAccountViews(
  tx: TenantTx,
  options: LoadOptions,
): AsyncGenerator<AccountView[], void> {
  const { knownAt } = options;
  const shared =
    options.shared ??
    (await (knownAt === undefined
      ? loadShared(tx, options)
      : loadKnownShared(tx, { ...options, knownAt })));
  for await (const accountIds of batches(tx, options)) {
    const loaded = await (knownAt === undefined
      ? load(tx, accountIds, options, shared)
      : loadKnown(tx, accountIds, { ...options, knownAt }));
    const views = await viewsOf(tx, accountIds, loaded, shared, options);
    if (views.length > 0) yield views;
  }
}

/** One account as it is seen at a moment; `null`: there is none of that id. */
export const loadAccountView = async (
  tx: TenantTx,
  accountId: string,
  options: Omit<LoadOptions, 'accountIds' | 'batchSize'>,
): Promise<AccountView | null> => {
  for await (const [view] of loadAccountViews(tx, { ...options, accountIds: [accountId] }))
    return view ?? null;
  return null;
};

async function* batches(
  tx: TenantTx,
  { accountIds, batchSize = BATCH }: LoadOptions,
): AsyncGenerator<readonly string[], void> {
  if (accountIds !== undefined) {
    const wanted = [...new Set(accountIds)];
    for (let from = 0; from < wanted.length; from += batchSize)
      yield wanted.slice(from, from + batchSize);
    return;
  }
  let last = '';
  for (;;) {
    const page = await pageOfAccounts(tx, last, batchSize);
    if (page.length > 0) yield page;
    if (page.length < batchSize) return;
    last = page.at(-1) ?? last;
  }
}

/** What is the tenant's and no account's: it need not be loaded for each batch anew. */
export const loadShared = async (
  tx: TenantTx,
  { config, entities, now, atNowAlone = false }: LoadOptions,
): Promise<Shared> => {
  const today = calendarOf(config.zone).dayOf(now);
  const usageFrom = usageFromFor(today);
  const kinds = entities.filter(({ tenantWide }) => tenantWide).map(({ kind }) => kind);
  return {
    tenantWide: await loadTenantWide(tx, kinds, now),
    freshness: freshnessOf(
      await loadFreshness(tx, atNowAlone ? today : usageFrom, today),
      config.zone,
    ),
    usageFrom,
    watches: watchedMetrics(config).size === 0 ? [] : await loadWatches(tx),
  };
};

const load = async (
  tx: TenantTx,
  accountIds: readonly string[],
  { config, now }: LoadOptions,
  { usageFrom, watches = [] }: Shared,
): Promise<Loaded> => {
  const links = await boundLinks(tx, accountIds, now);
  const linkIds = [...new Set(links.map(({ linkId }) => linkId))];
  const today = calendarOf(config.zone).dayOf(now);
  return {
    links,
    versions: await loadVersions(tx, linkIds, now),
    usage: await loadBlocks(tx, linkIds, blockOf(usageFrom), blockOf(today)),
    weeks: watches.some(({ until }) => until <= now)
      ? await weeksOfLinks(tx, linkIds, leftOut(config, now))
      : [],
  };
};

const viewsOf = async (
  tx: TenantTx,
  accountIds: readonly string[],
  loaded: Loaded,
  shared: Shared,
  { config, now }: LoadOptions,
): Promise<AccountView[]> => {
  const roots = await rootAccountIds(tx, accountIds);
  const links = groupBy(loaded.links, ({ accountId }) => accountId);
  const versions = groupBy(loaded.versions, ({ linkId }) => linkId ?? '');
  const usage = groupBy(loaded.usage, ({ linkId }) => linkId);
  const weeks = groupBy(loaded.weeks ?? [], ({ linkId }) => linkId);
  return accountIds.flatMap((accountId) => {
    const own = links.get(accountId);
    if (own === undefined) return [];
    const linkIds = [...new Set(own.map(({ linkId }) => linkId))];
    const input: AccountViewInput = {
      ...shared,
      accountId,
      rootAccountId: roots.get(accountId) ?? accountId,
      config,
      now,
      links: own,
      versions: linkIds.flatMap((linkId) => versions.get(linkId) ?? []),
      usage: linkIds.flatMap((linkId) => usage.get(linkId) ?? []),
      weeks: weeksOf(
        linkIds.flatMap((linkId) => weeks.get(linkId) ?? []),
        shared.watches ?? [],
        now,
      ),
    };
    return [makeAccountView(input)];
  });
};
