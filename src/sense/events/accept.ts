import type { ExternalRef, IncomingEvent } from '../../domain/event.ts';
import { identityOf } from '../../domain/identity.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { accountsOfLinks, rebind } from '../identity/binding-store.ts';
import { linkIdOf, OWN_NAMESPACE } from '../identity/link-id.ts';
import { insertClaims, insertLinks, rootLinks } from '../identity/link-store.ts';
import { matchesAfter, type Touched } from '../identity/matching/match-links.ts';
import { refreshProfiles } from '../identity/profile-store.ts';
import { noteFreshness } from '../series/freshness-store.ts';
import { putHours } from '../series/hours-store.ts';
import { putPoints } from '../series/series-store.ts';
import type { EntityType } from '../state/define.ts';
import { refold, type EntityKey } from '../state/version-store.ts';
import { checkContext, checkEvent, isChecked, isRefusal, type CheckedEvent } from './check.ts';
import { claimsOf, ownClaim } from './claims.ts';
import {
  ensurePartitions,
  entityKeyOf,
  insertEvents,
  lockAcceptance,
  sift,
} from './event-store.ts';
import { insertQuarantined } from './quarantine-store.ts';
import type { Refusal } from './refusal.ts';

export interface AcceptOptions {
  /** When they are accepted. */
  readonly now: Instant;
  readonly entities: readonly EntityType[];
  readonly config: TenantConfig;
}

export interface AcceptResult {
  readonly accepted: number;
  readonly duplicates: number;
  /** Of the duplicates: how many said something else under the id of an accepted event, and were not heard. */
  readonly conflicts: number;
  readonly quarantined: readonly {
    readonly eventId: string;
    readonly code: string;
    readonly reason: string;
    readonly origin?: { readonly file: string; readonly line: number };
  }[];
  /** Accounts of which something new is known. */
  readonly accountIds: readonly string[];
}

const CHUNK = 5_000;

/**
 * Accepts events exactly once, in this transaction: what is bad is quarantined and never stops the rest, what was
 * accepted before changes nothing, and the order in which they come does not matter. Versions, bindings and series
 * follow at once. Other acceptances of the tenant wait until the transaction ends, so it should be short; one that locks
 * account rows too must do so before, never after, or two of them wait for each other.
 */
export const acceptEvents = async (
  tx: TenantTx,
  events: readonly IncomingEvent[],
  options: AcceptOptions,
): Promise<AcceptResult> => {
  await lockAcceptance(tx);
  await ensurePartitions(tx, options.now);
  const context = checkContext(options.entities, options.config, options.now);
  const results: AcceptResult[] = [];
  for (let from = 0; from < events.length; from += CHUNK) {
    const checked = events.slice(from, from + CHUNK).map((event) => checkEvent(event, context));
    const { fresh, ...result } = await acceptChunk(tx, checked, options);
    results.push({
      ...result,
      accountIds: [...result.accountIds, ...(await place(tx, fresh, options))],
    });
  }
  return {
    accepted: results.reduce((sum, { accepted }) => sum + accepted, 0),
    duplicates: results.reduce((sum, { duplicates }) => sum + duplicates, 0),
    conflicts: results.reduce((sum, { conflicts }) => sum + conflicts, 0),
    quarantined: results.flatMap(({ quarantined }) => quarantined),
    accountIds: [...new Set(results.flatMap(({ accountIds }) => accountIds))],
  };
};

/**
 * Binds what certain rules can tell whose it is now, as events of their own: they count for nobody's rows. Ends, because
 * each binding is made once.
 */
const place = async (
  tx: TenantTx,
  fresh: readonly CheckedEvent[],
  options: AcceptOptions,
): Promise<readonly string[]> => {
  if (fresh.length === 0) return [];
  const bindings = await matchesAfter(
    tx,
    touchedBy(fresh),
    identityOf(options.config),
    options.now,
  );
  return bindings.length === 0 ? [] : (await acceptEvents(tx, bindings, options)).accountIds;
};

const touchedBy = (fresh: readonly CheckedEvent[]): Touched => {
  const records = fresh.filter(({ entity }) =>
    ['account', 'contact'].includes(entity?.type.kind ?? ''),
  );
  return {
    linkIds: [...linksOf(fresh).keys()],
    recordLinkIds: [...new Set(records.flatMap(({ linkId }) => linkId ?? []))],
    contactKeys: records.flatMap(({ entity }) => entity?.key ?? []),
  };
};

const acceptChunk = async (
  tx: TenantTx,
  checked: readonly (CheckedEvent | Refusal)[],
  options: AcceptOptions,
): Promise<AcceptResult & { readonly fresh: readonly CheckedEvent[] }> => {
  const refusals = checked.filter(isRefusal);
  const good = checked.filter(isChecked);
  await insertQuarantined(tx, refusals, options.now);
  const { fresh, duplicates, conflicts } = await sift(tx, good, options.now);
  const accountIds = fresh.length === 0 ? [] : await store(tx, fresh, options);
  const quarantined = refusals.map(({ event, code, reason }) => ({
    eventId: event.eventId,
    code,
    reason,
    ...(event.origin === undefined ? {} : { origin: event.origin }),
  }));
  return { accepted: fresh.length, duplicates, conflicts, quarantined, accountIds, fresh };
};

/** Writes new events and all that follows from them; returns the accounts concerned. */
const store = async (
  tx: TenantTx,
  fresh: readonly CheckedEvent[],
  { now, entities, config }: AcceptOptions,
): Promise<readonly string[]> => {
  await insertLinks(tx, linksOf(fresh), now);
  await insertEvents(tx, fresh, now);
  await putPoints(tx, fresh);
  await putHours(tx, fresh, config, now);
  await noteFreshness(tx, fresh, now);
  const keys = fresh.flatMap(keysOf);
  if (keys.length > 0) await refold(tx, keys, entities);
  const rebound = await rebind(tx, await claim(tx, fresh, config, now), now);
  const linkIds = [
    ...new Set(fresh.map((checked) => checked.linkId).filter((linkId) => linkId !== null)),
  ];
  const accountIds = [...new Set([...rebound, ...(await accountsOfLinks(tx, linkIds))])];
  const renamed = rebound.length > 0 || keys.some(({ kind }) => kind === 'account');
  if (renamed) await refreshProfiles(tx, accountIds, identityOf(config));
  return accountIds;
};

const linksOf = (fresh: readonly CheckedEvent[]): ReadonlyMap<string, ExternalRef> => {
  const links = new Map<string, ExternalRef>();
  for (const { ref, linkId, links: others } of fresh) {
    if (ref !== null && linkId !== null) links.set(linkId, ref);
    for (const other of others) links.set(linkIdOf(other), other);
  }
  return links;
};

const keysOf = (checked: CheckedEvent): EntityKey[] => {
  const key = entityKeyOf(checked);
  return checked.entity === null || key === null ? [] : [{ kind: checked.entity.type.kind, key }];
};

/** Writes down what the events say about whose links are; returns the links of which something new was said. */
const claim = async (
  tx: TenantTx,
  fresh: readonly CheckedEvent[],
  config: TenantConfig,
  now: Instant,
): Promise<readonly string[]> => {
  const { accountsFrom } = identityOf(config);
  const claims = fresh.flatMap((checked) => claimsOf(checked, accountsFrom, now));
  const own = fresh.flatMap(({ ref }) => (ref?.source === OWN_NAMESPACE ? [ref] : []));
  const roots =
    own.length === 0
      ? new Map<string, string>()
      : await rootLinks(
          tx,
          own.map(({ externalId }) => externalId),
        );
  const ownClaims = own.flatMap((ref) => {
    const root = roots.get(ref.externalId);
    return root === undefined ? [] : [ownClaim(linkIdOf(ref), root, now)];
  });
  return insertClaims(tx, [...claims, ...ownClaims]);
};
