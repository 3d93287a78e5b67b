import type { Instant } from '../domain/time.ts';
import type { TenantTx } from '../platform/db/database.ts';
import { calendarOf } from './calendar.ts';
import { usagePointsOf } from './events/usage-points.ts';
import { groupBy } from './group-by.ts';
import type { BoundLink } from './identity/bound-store.ts';
import { accountIdOf } from './identity/link-id.ts';
import { claimsAbove, followersOf, linksById, rootLinks } from './identity/link-store.ts';
import { resolveBindings } from './identity/resolve.ts';
import type { Loaded, LoadOptions, Shared } from './load-accounts.ts';
import { usageFromFor } from './make-account-view.ts';
import { freshnessOf } from './series/freshness.ts';
import { freshnessKnownAt } from './series/freshness-store.ts';
import { blocksOfPoints } from './series/points-to-blocks.ts';
import type { UsageBlock } from './series/series-store.ts';
import { usageKnownAt } from './series/usage-events-store.ts';
import { foldFromEvents, keysOfKinds, keysOfLinks } from './state/version-store.ts';

type KnownOptions = LoadOptions & { readonly knownAt: Instant };

/** What all accounts share, as it was known: folded from the events accepted by then. */
export const loadKnownShared = async (tx: TenantTx, options: KnownOptions): Promise<Shared> => {
  const { config, entities, now, knownAt } = options;
  const kinds = entities.filter(({ tenantWide }) => tenantWide).map(({ kind }) => kind);
  const versions = await foldFromEvents(tx, await keysOfKinds(tx, kinds), entities, {
    now,
    knownAt,
  });
  const rows = await freshnessKnownAt(tx, { zone: config.zone, now, knownAt });
  return {
    tenantWide: versions.filter(({ complete }) => complete),
    freshness: freshnessOf(rows, config.zone),
    usageFrom: usageFromFor(calendarOf(config.zone).dayOf(now)),
  };
};

/** What was known of accounts: whose links were, what their entities and usage were, by the events accepted by then. */
export const loadKnown = async (
  tx: TenantTx,
  accountIds: readonly string[],
  options: KnownOptions,
): Promise<Loaded> => {
  const { entities, now, knownAt } = options;
  const links = await linksKnownAt(tx, accountIds, options);
  const linkIds = [...new Set(links.map(({ linkId }) => linkId))];
  const keys = await keysOfLinks(tx, linkIds);
  const versions = await foldFromEvents(tx, keys, entities, { now, knownAt });
  return {
    links,
    versions: versions.filter(({ complete, kind }) => complete || kind === 'account'),
    usage: await usageBlocksKnownAt(tx, linkIds, options),
  };
};

const linksKnownAt = async (
  tx: TenantTx,
  accountIds: readonly string[],
  { now, knownAt }: KnownOptions,
): Promise<BoundLink[]> => {
  const roots = [...(await rootLinks(tx, accountIds)).values()];
  const linkIds = await followersOf(tx, roots);
  const refs = await linksById(tx, linkIds);
  const wanted = new Set(accountIds);
  return resolveBindings(await claimsAbove(tx, linkIds, knownAt), linkIds).flatMap((binding) => {
    const accountId = accountIdOf(tx.tenantId, binding.rootId);
    const ref = refs.get(binding.linkId);
    const isSeen = wanted.has(accountId) && binding.validFrom <= now;
    return ref === undefined || !isSeen ? [] : [{ ...binding, ...ref, accountId }];
  });
};

const usageBlocksKnownAt = async (
  tx: TenantTx,
  linkIds: readonly string[],
  { config, now, knownAt }: KnownOptions,
): Promise<UsageBlock[]> => {
  const events = await usageKnownAt(tx, linkIds, now, knownAt);
  const { dayOf } = calendarOf(config.zone);
  const groups = groupBy(events, ({ linkId, trust, source }) => `${linkId} ${trust} ${source}`);
  return [...groups.values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const points = own.flatMap(({ payload, occurredAt }) =>
      usagePointsOf(payload, dayOf(occurredAt), config),
    );
    return blocksOfPoints(points).map((block) => ({
      ...block,
      linkId: first.linkId,
      trust: first.trust,
      sources: [first.source],
    }));
  });
};
