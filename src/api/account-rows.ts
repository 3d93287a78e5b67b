import { z } from 'zod';
import { listCases } from '../act/cases/case-store.ts';
import type { Facts } from '../domain/fact.ts';
import type { Json } from '../domain/json.ts';
import type { Money } from '../domain/money.ts';
import type { Scores } from '../domain/score.ts';
import type { TenantTx } from '../platform/db/database.ts';
import { latestFacts, latestScores } from '../sense/assess-store.ts';
import { listAccounts, type AccountRow } from '../sense/identity/account-store.ts';
import { dayText, moneyShape } from './schemas.ts';
import { briefOf, scoreBrief } from './score-shapes.ts';
import type { Showing } from './showing.ts';

export const SORTS = ['risk', 'arr', 'renewal', 'name'] as const;

export const accountRowShape = z.object({
  id: z.string(),
  name: z.string(),
  owner: z.string().nullable().describe('owner id'),
  plan: z.string().nullable(),
  arr: moneyShape.nullable(),
  churn_risk_score: z.number().int().min(0).max(100).nullable(),
  churn_risk_tier: z.enum(['low', 'medium', 'high', 'critical']).nullable(),
  churn_risk: scoreBrief,
  health: scoreBrief,
  renewal_rating: scoreBrief,
  days_to_renewal: z.number().int().nullable(),
  expansion_ready: z.boolean().nullable(),
  open_cases: z.number().int(),
  scored_on: dayText.nullable(),
});

export type AccountRowShape = z.infer<typeof accountRowShape>;

export interface AccountFilter {
  readonly tier?: string | undefined;
  readonly owner?: string | undefined;
  readonly search?: string | undefined;
  readonly ready?: 'true' | 'false' | undefined;
  readonly sort: (typeof SORTS)[number];
}

const MOST_ACCOUNTS = 100_000;

interface Sources {
  readonly scores: ReadonlyMap<string, { readonly day: string; readonly scores: Scores }>;
  readonly facts: ReadonlyMap<string, Facts>;
  readonly openCases: ReadonlyMap<string, number>;
}

/** Every account that matches, in order; four queries whatever their number. */
export const accountRows = async (
  tx: TenantTx,
  showing: Showing,
  filter: AccountFilter,
): Promise<AccountRowShape[]> => {
  const accounts = await listAccounts(tx, {
    limit: MOST_ACCOUNTS,
    ...(filter.search === undefined ? {} : { search: filter.search }),
  });
  const sources = await readSources(tx, showing);
  return accounts
    .map((account) => accountRowOf(account, sources))
    .filter((row) => matches(row, filter))
    .sort(ORDERS[filter.sort]);
};

/** One account, as the list would show it. */
export const accountRow = async (
  tx: TenantTx,
  showing: Showing,
  accountId: string,
): Promise<AccountRowShape | null> => {
  const [account] = await listAccounts(tx, { ids: [accountId] });
  if (account === undefined) return null;
  return accountRowOf(account, await readSources(tx, showing, accountId));
};

const readSources = async (
  tx: TenantTx,
  showing: Showing,
  accountId?: string,
): Promise<Sources> => {
  const world = showing.world.id;
  const only = accountId === undefined ? {} : { accountIds: [accountId] };
  const scores = await latestScores(tx, { world, ...only });
  const facts = await latestFacts(tx, { world, ...only });
  const cases = await listCases(tx, { world, status: 'open', ...only });
  const openCases = new Map<string, number>();
  for (const each of cases) openCases.set(each.accountId, (openCases.get(each.accountId) ?? 0) + 1);
  return {
    scores: new Map(scores.map((each) => [each.accountId, each])),
    facts: new Map(facts.map((each) => [each.accountId, each.facts])),
    openCases,
  };
};

const accountRowOf = (account: AccountRow, sources: Sources): AccountRowShape => {
  const rated = sources.scores.get(account.accountId);
  const facts = sources.facts.get(account.accountId) ?? {};
  const churn = briefOf(rated?.scores['churn_risk']);
  return {
    id: account.accountId,
    name: account.name,
    owner: text(facts['owner']?.value),
    plan: text(facts['plan']?.value),
    arr: (facts['arr']?.value ?? null) as Money | null,
    churn_risk_score: churn.value === null ? null : Math.round(churn.value),
    churn_risk_tier: churn.tier as AccountRowShape['churn_risk_tier'],
    churn_risk: churn,
    health: briefOf(rated?.scores['health']),
    renewal_rating: briefOf(rated?.scores['renewal_rating']),
    days_to_renewal: number(facts['days_to_renewal']?.value),
    expansion_ready: flag(facts['expansion_ready']?.value),
    open_cases: sources.openCases.get(account.accountId) ?? 0,
    scored_on: rated?.day ?? null,
  };
};

const text = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null);
const number = (value: Json | undefined): number | null =>
  typeof value === 'number' ? value : null;
const flag = (value: Json | undefined): boolean | null =>
  typeof value === 'boolean' ? value : null;

const matches = (row: AccountRowShape, filter: AccountFilter): boolean =>
  (filter.tier === undefined || (row.churn_risk_tier ?? 'unknown') === filter.tier) &&
  (filter.owner === undefined || row.owner === filter.owner) &&
  (filter.ready === undefined || row.expansion_ready === (filter.ready === 'true'));

type Order = (a: AccountRowShape, b: AccountRowShape) => number;

const byName: Order = (a, b) => a.name.localeCompare(b.name, 'en') || (a.id < b.id ? -1 : 1);

/** Descending, what is unknown last, equal ones by name. */
const descending =
  (of: (row: AccountRowShape) => number | null): Order =>
  (a, b) =>
    (of(b) ?? -1) - (of(a) ?? -1) || byName(a, b);

const ORDERS: Readonly<Record<(typeof SORTS)[number], Order>> = {
  risk: descending((row) => row.churn_risk_score),
  arr: descending((row) => row.arr?.minor ?? null),
  renewal: (a, b) =>
    (a.days_to_renewal ?? Infinity) === (b.days_to_renewal ?? Infinity)
      ? byName(a, b)
      : (a.days_to_renewal ?? Infinity) - (b.days_to_renewal ?? Infinity),
  name: byName,
};
