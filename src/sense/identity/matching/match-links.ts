import type { IncomingEvent } from '../../../domain/event.ts';
import { deriveId } from '../../../domain/identifiers.ts';
import type { IdentitySettings } from '../../../domain/identity.ts';
import type { Instant } from '../../../domain/time.ts';
import type { TenantTx } from '../../../platform/db/database.ts';
import { OWN_NAMESPACE } from '../link-id.ts';
import { findMatches, type Match } from './find-matches.ts';
import {
  holdersOfIds,
  holdersOfKeys,
  holdersOfValues,
  linksOfContacts,
  matchValuesOfLinks,
  refreshMatchValues,
  standingOfLinks,
} from './match-store.ts';
import { tellsApart } from './normalise.ts';

/** What events touched that matching may follow from. */
export interface Touched {
  readonly linkIds: readonly string[];
  /** Of those, links whose account or contact records changed. */
  readonly recordLinkIds: readonly string[];
  readonly contactKeys: readonly string[];
}

/**
 * The bindings that certain rules make of what was just accepted: of ids that came in, and of ids that waited for an
 * account or a record that came in now. As events, to be accepted in the same transaction.
 */
export const matchesAfter = async (
  tx: TenantTx,
  touched: Touched,
  settings: IdentitySettings,
  now: Instant,
): Promise<IncomingEvent[]> => {
  if (settings.rules.length === 0) return [];
  const moved = await linksOfContacts(tx, touched.contactKeys);
  await refreshMatchValues(tx, [...new Set([...touched.recordLinkIds, ...moved])]);
  const linkIds = new Set([
    ...touched.linkIds,
    ...(await waitingFor(tx, touched.linkIds, settings)),
  ]);
  const matches = await findMatches(tx, await standingOfLinks(tx, [...linkIds]), settings);
  return bindingsOf(matches, now);
};

/** Ids that these, or what their records say, may be matched with by some rule. */
const waitingFor = async (
  tx: TenantTx,
  linkIds: readonly string[],
  { ignoreDomains }: IdentitySettings,
): Promise<readonly string[]> => {
  const links = await standingOfLinks(tx, linkIds);
  const values = (await matchValuesOfLinks(tx, linkIds)).filter(
    ({ kind, value }) => kind !== 'domain' || tellsApart(value, ignoreDomains),
  );
  const externalIds = links.map(({ externalId }) => externalId);
  const keys = values.filter(({ kind }) => kind.startsWith('key:')).map(({ value }) => value);
  return [
    ...(await holdersOfValues(tx, values)).map(({ linkId }) => linkId),
    ...(await holdersOfIds(tx, [...externalIds, ...keys])).map(({ linkId }) => linkId),
    ...(await holdersOfKeys(tx, externalIds)),
  ];
};

/** Each binding names its rule as its source, so that it can be told, and retracted, by rule. */
export const bindingsOf = (matches: readonly Match[], now: Instant): IncomingEvent[] =>
  matches.flatMap(({ link, verdict }) => {
    if (verdict.kind !== 'bind') return [];
    const { source, externalId, linkId } = link;
    return [
      {
        eventId: deriveId('match', verdict.rule, linkId, verdict.accountId),
        source: `rule ${verdict.rule}`,
        type: 'link.bound',
        occurredAt: now,
        trust: 'server' as const,
        ref: { source: OWN_NAMESPACE, externalId: verdict.accountId },
        payload: { links: [{ source, externalId }] },
      },
    ];
  });
