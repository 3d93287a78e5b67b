import { identityOf } from '../../domain/identity.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { calendarOf } from '../calendar.ts';
import { accountsOfLinks, rebind } from '../identity/binding-store.ts';
import { followersOf } from '../identity/link-store.ts';
import { refreshMatchValues } from '../identity/matching/match-store.ts';
import { refreshProfiles } from '../identity/profile-store.ts';
import { putPoints } from '../series/series-store.ts';
import { refold } from '../state/version-store.ts';
import { supersedeScores } from '../supersede-store.ts';
import type { AcceptOptions } from './accept.ts';
import { lockAcceptance } from './event-store.ts';
import {
  affectedBy,
  countingUsage,
  dropSeries,
  markRetracted,
  refreshFounding,
  refreshFreshness,
  unmarkRetracted,
  type Affected,
  type Chosen,
  type Selector,
} from './retraction-store.ts';
import { usagePointsOf } from './usage-points.ts';

/** The accounts about which chosen events said anything, or whose ids follow from them. */
export const accountsAffected = async (
  tx: TenantTx,
  chosen: Chosen,
): Promise<Affected & { readonly accountIds: readonly string[] }> => {
  const affected = await affectedBy(tx, chosen);
  const followers = await followersOf(tx, affected.linkIds);
  return { ...affected, accountIds: await accountsOfLinks(tx, followers) };
};

/**
 * Retracts events: they stay where they are, and count for nothing from then on. State, usage, whose ids are and how
 * fresh sources are is worked out anew from what is left, in this transaction; scores that rested on them are put aside.
 * What a moment before was known is still known as of that moment. Lock account rows before. Returns the accounts that
 * look otherwise now.
 */
export const retractEvents = async (
  tx: TenantTx,
  { selector, retractionId }: { readonly selector: Selector; readonly retractionId: string },
  options: AcceptOptions,
): Promise<readonly string[]> => {
  await lockAcceptance(tx);
  const affected = await affectedBy(tx, { selector });
  await markRetracted(tx, selector, retractionId, options.now);
  return rederive(tx, affected, options, 'events were retracted');
};

/** Takes a retraction back: its events count again. */
export const reinstateEvents = async (
  tx: TenantTx,
  retractionId: string,
  options: AcceptOptions,
): Promise<readonly string[]> => {
  await lockAcceptance(tx);
  const affected = await affectedBy(tx, { retractionId });
  await unmarkRetracted(tx, retractionId);
  return rederive(tx, affected, options, 'a retraction was taken back');
};

const rederive = async (
  tx: TenantTx,
  affected: Affected,
  { config, entities, now }: AcceptOptions,
  because: string,
): Promise<readonly string[]> => {
  const { linkIds, keys } = affected;
  const before = await accountsOfLinks(tx, await followersOf(tx, linkIds));
  await refold(tx, keys, entities);
  await refreshFounding(tx, affected.accountLinkIds, now);
  await rebuildSeries(tx, affected.usageLinkIds, config);
  await refreshFreshness(tx, affected.sources, config);
  await refreshMatchValues(tx, linkIds);
  const rebound = await rebind(tx, linkIds, now, because);
  const accountIds = [...new Set([...before, ...rebound, ...(await accountsOfLinks(tx, linkIds))])];
  await refreshProfiles(tx, accountIds, identityOf(config));
  await supersedeScores(tx, accountIds, because, now);
  return accountIds;
};

/** By today's metrics: what a `track` event counts for is said by the tenant's files. */
const rebuildSeries = async (
  tx: TenantTx,
  linkIds: readonly string[],
  config: AcceptOptions['config'],
): Promise<void> => {
  if (linkIds.length === 0) return;
  await dropSeries(tx, linkIds);
  const { dayOf } = calendarOf(config.zone);
  for await (const batch of countingUsage(tx, linkIds)) {
    await putPoints(
      tx,
      batch.map(({ linkId, source, trust, occurredAt, payload }) => ({
        linkId,
        event: { source, trust },
        points: usagePointsOf(payload, dayOf(occurredAt), config),
      })),
    );
  }
};
