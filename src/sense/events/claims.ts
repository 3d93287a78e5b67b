import { namespaceFits } from '../../domain/identity.ts';
import type { Instant } from '../../domain/time.ts';
import { linkIdOf, OWN_NAMESPACE } from '../identity/link-id.ts';
import type { Claim } from '../identity/resolve.ts';
import type { CheckedEvent } from './check.ts';

/** Where a released id belongs: no link has this id, so it leads nowhere. */
const NOBODY = 'nobody';

/**
 * What an event says about whose its links are: `account.changed` makes its own link an account (where the tenant takes
 * accounts from that system, and unless that is our own name for one), and `links` belong where the event's own link
 * does.
 */
export const claimsOf = (
  checked: CheckedEvent,
  accountsFrom: readonly string[],
  now: Instant,
): Claim[] => {
  const { event, ref, linkId: parentId, links, entity, payload } = checked;
  if (ref === null || parentId === null) return [];
  const said = {
    trust: event.trust,
    occurredAt: event.occurredAt,
    acceptedAt: now,
    source: event.source,
    eventId: event.eventId,
  };
  if (event.type === 'link.released') {
    return [
      { ...said, linkId: parentId, parentId: NOBODY },
      ...(payload['as'] === 'account' ? [foundingClaim(parentId, now)] : []),
    ];
  }
  const founding = entity?.type.kind === 'account' && makesAccounts(ref.source, accountsFrom);
  return [
    ...(founding ? [foundingClaim(parentId, now)] : []),
    ...links
      .map((link) => ({ ...said, linkId: linkIdOf(link), parentId }))
      .filter(({ linkId }) => linkId !== parentId),
  ];
};

/** Whether the account records of a namespace make accounts; `accountsFrom` empty: those of every one but our own. */
export const makesAccounts = (source: string, accountsFrom: readonly string[]): boolean =>
  source !== OWN_NAMESPACE &&
  (accountsFrom.length === 0 || accountsFrom.some((pattern) => namespaceFits(pattern, source)));

/** One for each link, whichever event was the first to name it. */
export const foundingClaim = (linkId: string, now: Instant): Claim => ({
  linkId,
  parentId: linkId,
  trust: 'server',
  occurredAt: '1970-01-01T00:00:00.000Z',
  acceptedAt: now,
  source: '',
  eventId: '',
});

/** Our own name for an account belongs where the account's founding link does. */
export const ownClaim = (linkId: string, rootId: string, now: Instant): Claim => ({
  ...foundingClaim(linkId, now),
  parentId: rootId,
  source: OWN_NAMESPACE,
});
