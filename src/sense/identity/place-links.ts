import type { TenantTx } from '../../platform/db/database.ts';
import { inputError } from '../../domain/errors.ts';
import type { ExternalRef, IncomingEvent } from '../../domain/event.ts';
import { deriveId } from '../../domain/identifiers.ts';
import type { Instant } from '../../domain/time.ts';
import { acceptEvents, type AcceptOptions, type AcceptResult } from '../events/accept.ts';
import { getAccount, type AccountRow } from './account-store.ts';
import { linkIdOf, OWN_NAMESPACE } from './link-id.ts';
import { claimMoments, linkNamed, linksOf, rootLinkOf, type LinkRow } from './link-store.ts';

/**
 * A person's words on whose ids are, each an event like any other: it is known who said so and when, and the next word
 * undoes it. Without `from` a word counts for all that was and will be; with it, from that moment on.
 */
export interface Word {
  /** The person. */
  readonly by: string;
  readonly from?: Instant | undefined;
}

/** Binds an id of another system to an account. Throws `account_not_found`. */
export const bindLink = async (
  tx: TenantTx,
  { source, externalId, accountId, ...word }: ExternalRef & Word & { readonly accountId: string },
  options: AcceptOptions,
): Promise<AcceptResult> => {
  await livingAccount(tx, accountId);
  return acceptEvents(
    tx,
    await bindings(tx, { source, externalId }, accountId, word, options),
    options,
  );
};

/** One account goes over into another with all its ids. Throws `account_not_found`, `already_merged`, `account_same`. */
export const mergeAccounts = async (
  tx: TenantTx,
  { accountId, into, ...word }: Word & { readonly accountId: string; readonly into: string },
  options: AcceptOptions,
): Promise<AcceptResult> => {
  if (accountId === into)
    throw inputError('account_same', 'an account cannot be merged into itself: name two');
  await livingAccount(tx, accountId);
  await livingAccount(tx, into);
  const root = await rootLinkOf(tx, accountId);
  return acceptEvents(tx, await bindings(tx, root, into, word, options), options);
};

/** What becomes of an id that is taken away: an account of its own, or nobody's, to be matched or linked. */
export type Standing = 'account' | 'unmatched';

/**
 * Takes ids, and what follows them, away from an account; so a merger is undone too. An id with an account record of its
 * own is that account again, another waits unmatched, unless `as` says otherwise.
 * Throws `account_not_found`, `link_not_found`, `link_founds_account`.
 */
export const splitAccount = async (
  tx: TenantTx,
  {
    accountId,
    links,
    as,
    ...word
  }: Word & {
    readonly accountId: string;
    readonly links: readonly ExternalRef[];
    readonly as?: Standing | undefined;
  },
  options: AcceptOptions,
): Promise<AcceptResult> => {
  await livingAccount(tx, accountId);
  const own = await linksOf(tx, accountId);
  const founding = linkIdOf(await rootLinkOf(tx, accountId));
  const events: IncomingEvent[] = [];
  for (const link of links) {
    requireLink(own, link, accountId, founding);
    events.push(...(await releases(tx, link, as, word, options)));
  }
  return acceptEvents(tx, events, options);
};

/**
 * Whose daughter an account is, by a person's word; `null` takes the word back, and what the systems say stands again.
 * Throws `account_not_found`, `account_same`.
 */
export const setParent = async (
  tx: TenantTx,
  {
    accountId,
    parentId,
    by,
  }: { readonly accountId: string; readonly parentId: string | null; readonly by: string },
  options: AcceptOptions,
): Promise<AcceptResult> => {
  if (accountId === parentId)
    throw inputError('account_same', 'an account cannot be its own parent: name two');
  await livingAccount(tx, accountId);
  if (parentId !== null) await livingAccount(tx, parentId);
  const said = (id: string, fields: IncomingEvent['payload']): IncomingEvent => ({
    eventId: deriveId('parent', by, id, accountId, parentId, options.now),
    source: sourceOf(by),
    type: 'account.changed',
    occurredAt: options.now,
    trust: 'server',
    ref: { source: OWN_NAMESPACE, externalId: id },
    payload: { accountId: id, ...fields },
  });
  return acceptEvents(
    tx,
    [
      said(accountId, { parentAccountId: parentId }),
      // The parent is found by our own name for it, which exists once something was said under it.
      ...(parentId === null ? [] : [said(parentId, {})]),
    ],
    options,
  );
};

const sourceOf = (by: string): string => `person ${by}`;

const livingAccount = async (tx: TenantTx, accountId: string): Promise<AccountRow> => {
  const account = await getAccount(tx, accountId);
  if (account === null)
    throw inputError('account_not_found', `there is no account \`${accountId}\``);
  if (account.mergedInto === null) return account;
  throw inputError(
    'already_merged',
    `\`${account.name}\` (${accountId}) was merged into \`${account.mergedInto}\`: name that one, or split it off first`,
  );
};

const bindings = async (
  tx: TenantTx,
  link: ExternalRef,
  accountId: string,
  { by, from }: Word,
  { now }: AcceptOptions,
): Promise<IncomingEvent[]> =>
  (await momentsOf(tx, link, from, now)).map((at) => ({
    eventId: deriveId('bind', by, link.source, link.externalId, accountId, at, now),
    source: sourceOf(by),
    type: 'link.bound',
    occurredAt: at,
    trust: 'server',
    ref: { source: OWN_NAMESPACE, externalId: accountId },
    payload: { links: [{ source: link.source, externalId: link.externalId }] },
  }));

const releases = async (
  tx: TenantTx,
  link: ExternalRef,
  as: Standing | undefined,
  { by, from }: Word,
  { now }: AcceptOptions,
): Promise<IncomingEvent[]> => {
  const named = await linkNamed(tx, link);
  const standing = as ?? (named?.hasRecord === true ? 'account' : 'unmatched');
  return (await momentsOf(tx, link, from, now)).map((at) => ({
    eventId: deriveId('release', by, link.source, link.externalId, standing, at, now),
    source: sourceOf(by),
    type: 'link.released',
    occurredAt: at,
    trust: 'server',
    ref: { source: link.source, externalId: link.externalId },
    payload: { as: standing },
  }));
};

/**
 * A word for always is spoken at every moment at which something was said before, since of two words about one moment
 * the later one holds.
 */
const momentsOf = async (
  tx: TenantTx,
  link: ExternalRef,
  from: Instant | undefined,
  now: Instant,
): Promise<readonly Instant[]> => {
  const said = await claimMoments(tx, linkIdOf(link));
  if (from !== undefined) return [from, ...said.filter((at) => at > from)];
  return said.length === 0 ? [now] : said;
};

const requireLink = (
  own: readonly LinkRow[],
  link: ExternalRef,
  accountId: string,
  founding: string,
): void => {
  const linkId = linkIdOf(link);
  if (!own.some((each) => each.linkId === linkId)) {
    throw inputError(
      'link_not_found',
      `\`${link.source} ${link.externalId}\` is no id of ${accountId}: \`retinue account ${accountId}\` lists them`,
    );
  }
  if (linkId === founding) {
    throw inputError(
      'link_founds_account',
      `the account is known by \`${link.source} ${link.externalId}\`: take the other ids away instead`,
    );
  }
};
