import { namespaceFits, type IdentitySettings, type MatchRule } from '../../../domain/identity.ts';
import type { TenantTx } from '../../../platform/db/database.ts';
import { groupBy } from '../../group-by.ts';
import { accountIdOf } from '../link-id.ts';
import { decideMatch, type Finding, type MatchVerdict } from './decide-match.ts';
import {
  holdersOfIds,
  holdersOfValues,
  matchValuesOfLinks,
  type Holder,
  type LinkStanding,
} from './match-store.ts';
import { keyKind, type MatchValue } from './match-values.ts';
import { tellsApart } from './normalise.ts';

/** What the rules say about one id. */
export interface Match {
  readonly link: LinkStanding;
  readonly findings: readonly Finding[];
  readonly verdict: MatchVerdict;
}

/** An id that rules may place: nobody said whose it is, and at most its own record makes an account of it. */
export const mayBePlaced = (tenantId: string, link: LinkStanding): boolean =>
  !link.claimed &&
  (link.accountId === null || link.accountId === accountIdOf(tenantId, link.linkId));

/** Holds ids against the rules: what each rule finds, and what they say together. Some statements for all of them. */
export const findMatches = async (
  tx: TenantTx,
  links: readonly LinkStanding[],
  { rules, ignoreDomains }: IdentitySettings,
): Promise<Match[]> => {
  const subjects = links.filter(
    (link) =>
      mayBePlaced(tx.tenantId, link) && rules.some(({ from }) => namespaceFits(from, link.source)),
  );
  if (subjects.length === 0) return [];
  const values = await matchValuesOfLinks(
    tx,
    subjects.map(({ linkId }) => linkId),
  );
  const own = groupBy(
    values.filter(({ kind, value }) => kind !== 'domain' || tellsApart(value, ignoreDomains)),
    ({ linkId }) => linkId,
  );
  const wanted = subjects.map((link) => ({
    link,
    asked: rules
      .filter(({ from }) => namespaceFits(from, link.source))
      .map((rule) => ({ rule, ...questionOf(rule, link, own.get(link.linkId) ?? []) })),
  }));
  const asked = wanted.flatMap((each) => each.asked);
  const byValue = groupBy(
    await holdersOfValues(
      tx,
      asked.flatMap((each) => each.values),
    ),
    textOf,
  );
  const byId = groupBy(
    await holdersOfIds(
      tx,
      asked.flatMap(({ externalIds }) => externalIds),
    ),
    ({ externalId }) => externalId,
  );
  return wanted.map(({ link, asked: questions }) => {
    const findings = questions
      .map(({ rule, values: said, externalIds }): Finding => {
        const holders = [
          ...said.flatMap((value) => byValue.get(textOf(value)) ?? []),
          ...externalIds.flatMap((externalId) => byId.get(externalId) ?? []),
        ];
        return { rule, accountIds: accountsAmong(holders, rule, link) };
      })
      .filter(({ accountIds }) => accountIds.length > 0);
    return { link, findings, verdict: decideMatch(findings) };
  });
};

const textOf = ({ kind, value }: MatchValue): string => `${kind} ${value}`;

/** What another id would have to say, or to be, for the rule to find its account. */
const questionOf = (
  { by, key = '', heldBy = 'from' }: MatchRule,
  { externalId }: LinkStanding,
  own: readonly MatchValue[],
): { readonly values: readonly MatchValue[]; readonly externalIds: readonly string[] } => {
  if (by === 'external_id') return { values: [], externalIds: [externalId] };
  if (by !== 'key') return { values: own.filter(({ kind }) => kind === by), externalIds: [] };
  if (heldBy === 'to')
    return { values: [{ kind: keyKind(key), value: externalId }], externalIds: [] };
  const keys = own.filter(({ kind }) => kind === keyKind(key));
  return { values: [], externalIds: keys.map(({ value }) => value) };
};

const accountsAmong = (
  holders: readonly Holder[],
  rule: MatchRule,
  link: LinkStanding,
): readonly string[] => {
  const accountIds = holders
    .filter(
      ({ source, linkId }) =>
        linkId !== link.linkId &&
        namespaceFits(rule.to, source) &&
        !namespaceFits(rule.from, source),
    )
    .flatMap(({ accountId }) =>
      accountId === null || accountId === link.accountId ? [] : [accountId],
    );
  return [...new Set(accountIds)].sort();
};
