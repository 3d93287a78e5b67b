import { z } from 'zod';
import { inputError } from '../domain/errors.ts';
import type { IdentitySettings } from '../domain/identity.ts';
import { add, money } from '../domain/money.ts';
import type { TenantConfig } from '../domain/tenant.ts';
import type { Instant } from '../domain/time.ts';
import type { TenantTx } from '../platform/db/database.ts';
import { daughtersOf, getAccount, mergedInto } from '../sense/identity/account-store.ts';
import { loadConflicts, type Conflict } from '../sense/identity/conflicts.ts';
import {
  countUnboundLinks,
  linksOf,
  listUnboundLinks,
  waitingUnder,
} from '../sense/identity/link-store.ts';
import { findMatches, type Match } from '../sense/identity/matching/find-matches.ts';
import { standingOfLinks } from '../sense/identity/matching/match-store.ts';
import { latestFacts } from '../sense/assess-store.ts';
import { familyOf } from '../sense/identity/family.ts';
import { readMoney } from '../tools/act/commercial.ts';
import { accountNames } from './names.ts';
import { anyJson, instantText, moneyShape } from './schemas.ts';

export const linkShape = z.object({
  source: z.string().min(1).max(200).describe('the namespace of the id, such as `stripe`'),
  externalId: z.string().min(1).max(300),
});

const namedAccount = z.object({ id: z.string(), name: z.string() });

type NamedAccount = z.infer<typeof namedAccount>;

export const unmatchedShape = z.object({
  total: z.number().int(),
  sources: z.array(z.object({ source: z.string(), count: z.number().int() })),
  items: z.array(
    linkShape.extend({
      since: instantText,
      records: z.record(z.string(), z.number().int()).describe('changes by kind that wait'),
      metrics: z.array(z.string()).describe('use that waits'),
      verdict: z.enum(['bind', 'suggest', 'undecided', 'nothing']),
      because: z.string().nullable().describe('the rule, or why none decides'),
      suggested: namedAccount.nullable(),
      candidates: z
        .array(z.object({ rule: z.string(), accounts: z.array(namedAccount) }))
        .describe('what each rule finds'),
    }),
  ),
});

export type Unmatched = z.infer<typeof unmatchedShape>;

/** The queue, the longest waiting first, with what the rules in force say of each. */
export const unmatchedOf = async (
  tx: TenantTx,
  query: { readonly source?: string | undefined; readonly limit: number },
  settings: IdentitySettings,
): Promise<Unmatched> => {
  const sources = await countUnboundLinks(tx);
  const links = await listUnboundLinks(tx, {
    limit: query.limit,
    ...(query.source === undefined ? {} : { source: query.source }),
  });
  const linkIds = links.map(({ linkId }) => linkId);
  const waiting = new Map((await waitingUnder(tx, linkIds)).map((each) => [each.linkId, each]));
  const found = await findMatches(tx, await standingOfLinks(tx, linkIds), settings);
  const matches = new Map(found.map((match) => [match.link.linkId, match]));
  const names = await accountNames(tx, candidatesOf(found));
  return {
    total: sources.reduce((sum, { count }) => sum + count, 0),
    sources,
    items: links.map(({ linkId, source, externalId, firstAcceptedAt }) => ({
      ...{ source, externalId, since: firstAcceptedAt },
      records: { ...waiting.get(linkId)?.records },
      metrics: [...(waiting.get(linkId)?.metrics ?? [])],
      ...verdictShape(matches.get(linkId), names),
    })),
  };
};

const candidatesOf = (matches: readonly Match[]): { readonly accountId: string }[] =>
  matches.flatMap(({ findings }) =>
    findings.flatMap(({ accountIds }) => accountIds.map((accountId) => ({ accountId }))),
  );

const NOTHING = { verdict: 'nothing', because: null, suggested: null, candidates: [] } as const;

const verdictShape = (
  match: Match | undefined,
  names: ReadonlyMap<string, string>,
): Pick<Unmatched['items'][number], 'verdict' | 'because' | 'suggested' | 'candidates'> => {
  if (match === undefined) return { ...NOTHING, candidates: [] };
  const { verdict, findings } = match;
  const named = (id: string): NamedAccount => ({ id, name: names.get(id) ?? id });
  const finds = 'accountId' in verdict;
  return {
    verdict: verdict.kind,
    because: finds ? verdict.rule : 'because' in verdict ? verdict.because : null,
    suggested: finds ? named(verdict.accountId) : null,
    candidates: findings.map(({ rule, accountIds }) => ({
      rule: rule.id,
      accounts: accountIds.slice(0, 5).map(named),
    })),
  };
};

export const conflictShape = z.object({
  account: namedAccount,
  field: z.string(),
  said: z
    .array(linkShape.extend({ value: anyJson, since: instantText }))
    .describe('the word that holds first'),
  because: z.enum(['declared', 'person', 'newest']).describe('why it holds'),
});

export type ConflictShape = z.infer<typeof conflictShape>;

export const conflictShapes = async (
  tx: TenantTx,
  conflicts: readonly Conflict[],
): Promise<ConflictShape[]> => {
  const names = await accountNames(tx, conflicts);
  return conflicts.map(({ accountId, field, said, because }) => ({
    account: { id: accountId, name: names.get(accountId) ?? accountId },
    field,
    said: said.map(({ source, externalId, value, since }) => ({
      ...{ source, externalId, value, since },
    })),
    because,
  }));
};

export const identityShape = z.object({
  account: namedAccount,
  mergedInto: namedAccount.nullable(),
  links: z.array(linkShape.extend({ since: instantText })).describe('its ids elsewhere, now'),
  parent: namedAccount.nullable(),
  root: namedAccount.describe('the topmost parent; itself without one'),
  daughters: z.array(namedAccount),
  family: z
    .object({
      members: z
        .array(namedAccount.extend({ arr: moneyShape.nullable().describe('null: not known') }))
        .describe('all under the topmost parent, the top first'),
      arr: moneyShape.describe('of the members whose ARR is known'),
    })
    .nullable()
    .describe('null: it has neither parent nor daughters'),
  merged: z.array(namedAccount).describe('accounts that were merged into it'),
  conflicts: z.array(conflictShape),
});

export type Identity = z.infer<typeof identityShape>;

export const identityShapeOf = async (
  tx: TenantTx,
  accountId: string,
  config: TenantConfig,
  now: Instant,
): Promise<Identity> => {
  const account = await getAccount(tx, accountId);
  if (account === null)
    throw inputError('account_not_found', `there is no account \`${accountId}\``);
  const family = await familyOf(tx, accountId);
  const [root = accountId] = family;
  const [daughters, merged] = [await daughtersOf(tx, [accountId]), await mergedInto(tx, accountId)];
  const around = [account.parentAccountId, account.mergedInto, ...family, ...daughters, ...merged];
  const names = await accountNames(
    tx,
    around.map((id) => ({ accountId: id })),
  );
  const named = (id: string): NamedAccount => ({ id, name: names.get(id) ?? id });
  const conflicts = await loadConflicts(tx, { config, now, accountIds: [accountId] });
  return {
    account: { id: accountId, name: account.name },
    mergedInto: account.mergedInto === null ? null : named(account.mergedInto),
    links: (await linksOf(tx, accountId)).map(({ source, externalId, firstAcceptedAt }) => ({
      ...{ source, externalId, since: firstAcceptedAt },
    })),
    parent: account.parentAccountId === null ? null : named(account.parentAccountId),
    root: named(root),
    daughters: daughters.map(named),
    family: family.length === 1 ? null : await familyShapeOf(tx, family.map(named), config),
    merged: merged.map(named),
    conflicts: await conflictShapes(tx, conflicts),
  };
};

/** Amounts in another currency than the tenant's of today are from before it changed, and count as not known. */
const familyShapeOf = async (
  tx: TenantTx,
  members: readonly NamedAccount[],
  { currency }: TenantConfig,
): Promise<Identity['family']> => {
  const newest = await latestFacts(tx, { accountIds: members.map(({ id }) => id) });
  const arrOf = new Map(
    newest.flatMap(({ accountId, facts }) => {
      const arr = readMoney(facts['arr']?.value);
      return arr?.currency === currency ? [[accountId, arr]] : [];
    }),
  );
  return {
    members: members.map((member) => ({ ...member, arr: arrOf.get(member.id) ?? null })),
    arr: [...arrOf.values()].reduce(add, money(0, currency)),
  };
};
