import { z } from 'zod';
import { listCases } from '../../act/cases/case-store.ts';
import type { Money } from '../../domain/money.ts';
import { add } from '../../domain/money.ts';
import { moneyText } from '../../platform/terminal/format.ts';
import { latestFacts, latestScores } from '../../sense/assess-store.ts';
import { listAccounts } from '../../sense/identity/account-store.ts';
import { readMoney, renewalsOf } from '../../tools/act/commercial.ts';
import { defineChatTool, type Source } from '../define.ts';
import { inTenant, type Rated } from '../desk.ts';
import { ownerText, scoreText } from '../fact-text.ts';
import { factSource, scoreSource } from '../sources.ts';

const AT_RISK = ['high', 'critical'] as const;

const args = z.strictObject({
  /** Tiers of churn risk; `at_risk` is high and critical. */
  tier: z.enum(['low', 'medium', 'high', 'critical', 'unknown', 'at_risk']).optional(),
  /** Only those with a contract that renews between these days, both inclusive. */
  renewsFrom: z.iso.date().optional(),
  renewsTo: z.iso.date().optional(),
  /** Only those whose renewal is in danger: churn risk high or critical, or a renewal rating of declining. */
  renewalAtRisk: z.boolean().optional(),
  /** Only those ready to expand. */
  readyToExpand: z.boolean().optional(),
  sort: z.enum(['risk', 'arr', 'renewal']).default('risk'),
  limit: z.int().min(1).max(50).default(10),
});

type Args = z.output<typeof args>;

interface Item {
  readonly accountId: string;
  readonly name: string;
  readonly churnRisk: string;
  readonly renewalRating: string;
  readonly arr: string;
  readonly owner: string;
  readonly renewal: string | null;
  readonly why: string | null;
  readonly openCases: number;
}

interface FoundAccounts {
  readonly total: number;
  /** ARR of all of them, by currency; of those whose ARR is known. */
  readonly totalArr: readonly string[];
  readonly items: readonly Item[];
}

export default defineChatTool<z.input<typeof args>, FoundAccounts>({
  id: 'find_accounts',
  title: 'Accounts by risk, renewal or readiness',
  description:
    'Accounts that match, the most at risk first unless told, with how many there are and their ARR together: for lists such ' +
    'as `renewals at risk this quarter`.',
  args,
  look: (given, desk) =>
    inTenant(desk, async (tx) => {
      const wanted = args.parse(given);
      const world = desk.world.id;
      const rated = await readRated(tx, world);
      const chosen = rated.filter((one) => matches(one, wanted)).sort(ORDERS[wanted.sort]);
      const shown = chosen.slice(0, wanted.limit);
      const cases = await listCases(tx, {
        world,
        status: 'open',
        accountIds: shown.map(({ accountId }) => accountId),
      });
      const openOf = (id: string) => cases.filter(({ accountId }) => accountId === id).length;
      return {
        data: {
          total: chosen.length,
          totalArr: totals(chosen).map(moneyText),
          items: shown.map((one) => itemOf(one, desk, openOf(one.accountId), wanted)),
        },
        sources: shown.flatMap((one) => sourcesOf(one, wanted)),
      };
    }),
});

const MOST_ACCOUNTS = 100_000;

const readRated = async (
  tx: Parameters<typeof latestFacts>[0],
  world: string,
): Promise<Rated[]> => {
  const accounts = await listAccounts(tx, { limit: MOST_ACCOUNTS });
  const facts = new Map((await latestFacts(tx, { world })).map((each) => [each.accountId, each]));
  const scores = new Map((await latestScores(tx, { world })).map((each) => [each.accountId, each]));
  return accounts.map(({ accountId, name }) => ({
    accountId,
    name,
    facts: facts.get(accountId)?.facts ?? {},
    scores: scores.get(accountId)?.scores ?? {},
    day: scores.get(accountId)?.day ?? null,
  }));
};

const tierOf = ({ scores }: Rated): string => scores['churn_risk']?.tier ?? 'unknown';

const matches = (one: Rated, wanted: Args): boolean =>
  matchesTier(tierOf(one), wanted.tier) &&
  (wanted.renewalAtRisk !== true || isRenewalAtRisk(one)) &&
  (wanted.readyToExpand !== true || one.facts['expansion_ready']?.value === true) &&
  ((wanted.renewsFrom ?? wanted.renewsTo) === undefined || renewalWithin(one, wanted) !== null);

const matchesTier = (tier: string, wanted: Args['tier']): boolean =>
  wanted === undefined ||
  (wanted === 'at_risk' ? AT_RISK.some((each) => each === tier) : tier === wanted);

const isRenewalAtRisk = (one: Rated): boolean =>
  matchesTier(tierOf(one), 'at_risk') || one.scores['renewal_rating']?.tier === 'declining';

const renewalWithin = ({ facts }: Rated, { renewsFrom, renewsTo }: Args) =>
  renewalsOf(facts).find(
    ({ renewsOn }) =>
      (renewsFrom === undefined || renewsOn >= renewsFrom) &&
      (renewsTo === undefined || renewsOn <= renewsTo),
  ) ?? null;

type Order = (a: Rated, b: Rated) => number;

const byName: Order = (a, b) => a.name.localeCompare(b.name, 'en');
const risk = ({ scores }: Rated): number =>
  scores['churn_risk']?.status === 'known' ? scores['churn_risk'].value : -1;
const arr = ({ facts }: Rated): number => readMoney(facts['arr']?.value)?.minor ?? -1;
const renewal = ({ facts }: Rated): string => renewalsOf(facts)[0]?.renewsOn ?? '9999';

const ORDERS: Readonly<Record<Args['sort'], Order>> = {
  risk: (a, b) => risk(b) - risk(a) || arr(b) - arr(a) || byName(a, b),
  arr: (a, b) => arr(b) - arr(a) || byName(a, b),
  renewal: (a, b) => renewal(a).localeCompare(renewal(b)) || byName(a, b),
};

const totals = (chosen: readonly Rated[]): Money[] => {
  const sums = new Map<string, Money>();
  for (const { facts } of chosen) {
    const amount = readMoney(facts['arr']?.value);
    if (amount === null) continue;
    const before = sums.get(amount.currency);
    sums.set(amount.currency, before === undefined ? amount : add(before, amount));
  }
  return [...sums.values()];
};

const itemOf = (
  one: Rated,
  { config }: Parameters<typeof ownerOf>[1],
  openCases: number,
  wanted: Args,
): Item => {
  const next = renewalWithin(one, wanted);
  const score = one.scores['churn_risk'];
  const amount = readMoney(one.facts['arr']?.value);
  return {
    accountId: one.accountId,
    name: one.name,
    churnRisk: scoreText(score),
    renewalRating: scoreText(one.scores['renewal_rating']),
    arr: amount === null ? 'ARR not known' : moneyText(amount),
    owner: ownerOf(one, { config }),
    renewal: next === null ? null : `${next.renewsOn}, in ${String(next.days)} days`,
    why: heaviest(one),
    openCases,
  };
};

const ownerOf = (
  { facts }: Rated,
  { config }: { readonly config: Parameters<typeof ownerText>[0] },
) => ownerText(config, facts['owner']?.value ?? undefined);

const heaviest = ({ scores }: Rated): string | null =>
  (scores['churn_risk']?.contributions ?? [])
    .filter(({ known, points, input }) => known && points > 0 && input !== 'clamp')
    .toSorted((a, b) => b.points - a.points)[0]?.reason ?? null;

const sourcesOf = (one: Rated, wanted: Args): Source[] => [
  ...(one.day === null ? [] : [scoreSource(one, { id: 'churn_risk' }, one.day)]),
  ...(one.day === null || wanted.renewalAtRisk !== true
    ? []
    : [scoreSource(one, { id: 'renewal_rating' }, one.day)]),
  factSource(one, 'arr', one.facts['arr']),
  ...((wanted.renewsFrom ?? wanted.renewsTo) === undefined
    ? []
    : [factSource(one, 'renewals', one.facts['renewals'])]),
  ...(wanted.readyToExpand === true
    ? [factSource(one, 'expansion_ready', one.facts['expansion_ready'])]
    : []),
];
