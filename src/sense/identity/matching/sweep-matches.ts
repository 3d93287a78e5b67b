import { digest } from '../../../domain/identifiers.ts';
import {
  identityOf,
  namespaceFits,
  type IdentitySettings,
  type MatchRule,
} from '../../../domain/identity.ts';
import type { Json } from '../../../domain/json.ts';
import type { TenantTx } from '../../../platform/db/database.ts';
import { acceptEvents, type AcceptOptions } from '../../events/accept.ts';
import { foundingClaim, makesAccounts } from '../../events/claims.ts';
import { lockAcceptance } from '../../events/event-store.ts';
import { rebind } from '../binding-store.ts';
import { insertClaims, unboundRecords } from '../link-store.ts';
import { refreshProfiles, severalRecords } from '../profile-store.ts';
import { findMatches } from './find-matches.ts';
import { bindingsOf } from './match-links.ts';
import {
  lastSweep,
  noteSweep,
  pageOfLinks,
  pageOfRecordLinks,
  refreshMatchValues,
} from './match-store.ts';

/** What looking through everything that waits came to. */
export interface Sweep {
  /** Ids that were held against the rules. */
  readonly looked: number;
  readonly bound: number;
  /** For a person to confirm. */
  readonly suggested: number;
  readonly undecided: number;
  /** Accounts that came to be because their system makes accounts now. */
  readonly founded: number;
  readonly accountIds: readonly string[];
}

const PAGE = 1_000;

/** Whether the tenant's settings changed since everything was last looked through. */
export const sweepIsDue = async (tx: TenantTx, options: AcceptOptions): Promise<boolean> =>
  (await lastSweep(tx)) !== digestOf(identityOf(options.config));

const digestOf = (settings: IdentitySettings): string => digest(settings as unknown as Json);

/**
 * Looks through everything that waits by the rules in force: for rules that were declared after the records came in.
 * What is accepted later is matched at once, and needs no sweep.
 */
export const sweepMatches = async (tx: TenantTx, options: AcceptOptions): Promise<Sweep> => {
  await lockAcceptance(tx);
  const settings = identityOf(options.config);
  const founded = await foundWaiting(tx, settings, options);
  await refreshProfiles(tx, await severalRecords(tx), settings);
  await refreshAllValues(tx, settings);
  const swept = { looked: 0, bound: 0, suggested: 0, undecided: 0 };
  const accountIds = new Set<string>(founded);
  for await (const links of placeableLinks(tx, settings.rules)) {
    const matches = await findMatches(tx, links, settings);
    const { accepted, accountIds: touched } = await acceptEvents(
      tx,
      bindingsOf(matches, options.now),
      options,
    );
    swept.looked += matches.length;
    swept.bound += accepted;
    swept.suggested += matches.filter(({ verdict }) => verdict.kind === 'suggest').length;
    swept.undecided += matches.filter(({ verdict }) => verdict.kind === 'undecided').length;
    for (const accountId of touched) accountIds.add(accountId);
  }
  await noteSweep(tx, digestOf(settings), options.now);
  return { ...swept, founded: founded.length, accountIds: [...accountIds] };
};

/** Account records that waited, of systems that make accounts now. */
const foundWaiting = async (
  tx: TenantTx,
  { accountsFrom }: IdentitySettings,
  { now }: AcceptOptions,
): Promise<readonly string[]> => {
  const waiting = await unboundRecords(tx);
  const founding = waiting.filter(({ source }) => makesAccounts(source, accountsFrom));
  const claims = founding.map(({ linkId }) => foundingClaim(linkId, now));
  return rebind(tx, await insertClaims(tx, claims), now, 'its system makes accounts now');
};

const refreshAllValues = async (tx: TenantTx, { rules }: IdentitySettings): Promise<void> => {
  if (rules.length === 0) return;
  let after = '';
  for (;;) {
    const page = await pageOfRecordLinks(tx, after, PAGE);
    await refreshMatchValues(tx, page);
    if (page.length < PAGE) return;
    after = page.at(-1) ?? after;
  }
};

async function* placeableLinks(tx: TenantTx, rules: readonly MatchRule[]) {
  const patterns = [...new Set(rules.map(({ from }) => from))];
  const sources = {
    names: patterns.filter((pattern) => !pattern.endsWith('*')),
    beginnings: patterns
      .filter((pattern) => pattern.endsWith('*'))
      .map((pattern) => pattern.slice(0, -1)),
  };
  if (patterns.length === 0) return;
  let after = '';
  for (;;) {
    const page = await pageOfLinks(tx, sources, after, PAGE);
    yield page.filter(({ source }) => patterns.some((pattern) => namespaceFits(pattern, source)));
    if (page.length < PAGE) return;
    after = page.at(-1)?.linkId ?? after;
  }
}
