import { defineQuestion, type Asked, type Look } from '../define.ts';
import { addDays } from '../../domain/time.ts';
import { plain } from '../markdown.ts';
import { periodAhead, type Period } from '../period.ts';
import { numberBefore } from '../question.ts';
import findAccounts from '../tools/find-accounts.ts';

const RENEWALS = /\brenewals?\b|\brenew(s|ing)?\b/;
const AT_RISK =
  /\b(at risk|risky|in danger|critical|churn(ing)?|red|unhealthy|slipping|declining|leaving)\b/;
const READY =
  /\b(ready|candidates?|want|wants)\b.*\b(expan\w+|seats|upsell|upgrade|grow)\b|\bexpansion\b.*\b(ready|candidates?)\b|\bexpansion-ready\b/;
const LISTS = /\b(which|who|show|list|top|all|any|give me|how many|how much|accounts|customers)\b/;

export default defineQuestion({
  id: 'accounts_list',
  title: 'Accounts at risk, renewals ahead, who is ready to expand',
  about: 'anything',
  examples: [
    'show renewals at risk this quarter',
    'which accounts are critical?',
    'who is ready to expand?',
  ],
  fits: ({ words, pointsBack }) => {
    if (/\bthem\b/.test(words) || pointsBack || /\bwhy\b/.test(words)) return 0;
    if (RENEWALS.test(words)) return /\brenewals\b/.test(words) || LISTS.test(words) ? 8 : 4;
    if (READY.test(words)) return 8;
    return AT_RISK.test(words) && LISTS.test(words) ? 8 : 0;
  },
  answer: (asked, look) => {
    const { words } = asked.question;
    if (RENEWALS.test(words)) return renewals(asked, look);
    return READY.test(words) ? ready(asked, look) : atRisk(asked, look);
  },
});

const USUAL = 10;

const limitIn = (words: string): number =>
  Math.min(
    50,
    Math.max(1, numberBefore(words, 'accounts|customers|renewals') ?? topOf(words) ?? USUAL),
  );

const topOf = (words: string): number | null => {
  const found = /\btop (\d+)\b/.exec(words)?.[1];
  return found === undefined ? null : Number(found);
};

const renewals = async ({ question: { words }, today }: Asked, look: Look): Promise<string> => {
  const period = periodAhead(words, today) ?? periodAhead('90 days', today);
  if (period === null) return '';
  const risky = AT_RISK.test(words);
  const found = await look(findAccounts, {
    renewsFrom: period.from,
    renewsTo: period.to,
    sort: risky ? 'risk' : 'renewal',
    limit: limitIn(words),
    ...(risky ? { renewalAtRisk: true } : {}),
  });
  const what = risky
    ? 'renewals at risk (churn risk high or critical, or rated declining)'
    : 'renewals';
  const head = `${String(found.total)} ${what} ${period.text}, ${period.from} to ${period.to}`;
  return found.total > 0
    ? page(head, found)
    : `**${head}.**${await nextAfter(period, risky, look)}`;
};

const nextAfter = async ({ to }: Period, risky: boolean, look: Look): Promise<string> => {
  const next = await look(findAccounts, {
    renewsFrom: addDays(to, 1),
    sort: 'renewal',
    limit: 3,
    ...(risky ? { renewalAtRisk: true } : {}),
  });
  return next.total === 0 ? '' : `\n\n${page(`${String(next.total)} later`, next)}`;
};

const ready = async ({ question: { words } }: Asked, look: Look): Promise<string> => {
  const found = await look(findAccounts, {
    readyToExpand: true,
    sort: 'arr',
    limit: limitIn(words),
  });
  return page(`${String(found.total)} accounts are ready to expand`, found);
};

const TIERS = ['critical', 'high', 'medium', 'low'] as const;

const atRisk = async ({ question: { words } }: Asked, look: Look): Promise<string> => {
  const tier = TIERS.find((each) => new RegExp(`\\b${each}\\b`).test(words)) ?? 'at_risk';
  const found = await look(findAccounts, { tier, sort: 'risk', limit: limitIn(words) });
  const what = tier === 'at_risk' ? 'high or critical' : tier;
  return page(`${String(found.total)} accounts with churn risk ${what}`, found);
};

interface Page {
  readonly total: number;
  readonly totalArr: readonly string[];
  readonly items: readonly {
    readonly name: string;
    readonly churnRisk: string;
    readonly arr: string;
    readonly owner: string;
    readonly renewal: string | null;
    readonly why: string | null;
  }[];
}

const page = (head: string, { total, totalArr, items }: Page): string =>
  [
    `**${head}**${totalArr.length === 0 ? '' : `; ARR together ${plain(totalArr.join(' and '))}`}${total > items.length ? `. The first ${String(items.length)}` : ''}${total === 0 ? '.' : ':'}`,
    items
      .map(
        ({ name, churnRisk, arr, owner, renewal, why }) =>
          `- **${plain(name)}**: ${plain(
            [
              `churn risk ${churnRisk}`,
              arr,
              ...(renewal === null ? [] : [`renews ${renewal}`]),
              `owner ${owner}`,
            ].join(' · '),
          )}${why === null ? '' : `\n  ${plain(why)}`}`,
      )
      .join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
