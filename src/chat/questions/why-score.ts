import { defineQuestion } from '../define.ts';
import { plain } from '../markdown.ts';
import { dayBack } from '../period.ts';
import scoreReceipt from '../tools/score-receipt.ts';

const SCORES: readonly (readonly [RegExp, string])[] = [
  [/\brenewal (rating|score)\b/, 'renewal_rating'],
  [/\bhealth(y)?\b|\bunhealthy\b/, 'health'],
];

const scoreIn = (words: string): string =>
  SCORES.find(([pattern]) => pattern.test(words))?.[1] ?? 'churn_risk';

const ABOUT =
  /\b(critical|at risk|risk|red|amber|churn|unhealthy|health|healthy|low|high|score|rated|slipping|declin\w*|rating|bad|leaving|leave)\b/;

export default defineQuestion({
  id: 'why_score',
  title: 'Why a score is what it is, and what moved it',
  about: 'account',
  examples: ['why is Northwind critical?', 'what changed at Northwind since last week?'],
  fits: ({ words }) => {
    if (
      /\bwhy\b/.test(words) &&
      /\b(not|refused|held|blocked|stopped|didn't|haven't)\b/.test(words)
    )
      return 0;
    if (/\bwhy\b/.test(words) && ABOUT.test(words)) return 9;
    if (/\bwhat('s| has| is| was)?\b.*\b(changed|moved|different|happened|wrong)\b/.test(words))
      return 8;
    if (/\b(explain|reasons?|causes?|drives?|driving)\b/.test(words) && ABOUT.test(words)) return 8;
    if (/\b(score|risk|health)\b/.test(words) && /\b(what|how|show)\b/.test(words)) return 6;
    return /^(and |but )?why( them)?\??$/.test(words) ? 5 : 0;
  },
  answer: async ({ account, question: { words }, today }, look) => {
    const since = dayBack(words, today);
    const receipt = await look(scoreReceipt, {
      accountId: account.accountId,
      score: scoreIn(words),
      ...(since === null ? {} : { since }),
    });
    const name = plain(account.name);
    if (receipt === null)
      return `**${name}** has no such score in this world yet. \`retinue run\` rates every account.`;
    const moved = receipt.lines.filter(({ change }) => change !== null);
    const heavy = receipt.lines.filter(({ primary }) => primary);
    const missing = receipt.lines.filter(({ known }) => !known);
    return [
      ...premise(words, receipt, name),
      `${plain(receipt.title)} of **${name}** is ${standing(receipt)} on ${receipt.day}.`,
      ...(receipt.note === null ? [] : [plain(receipt.note)]),
      ...(heavy.length === 0
        ? ['Nothing weighs against it.']
        : ['What weighs most:', bullets(heavy)]),
      ...compared(receipt),
      ...(moved.length === 0
        ? []
        : [
            moved
              .map(
                ({ input, change, reason }) =>
                  `- ${plain(`${change ?? ''} ${words_(input)}: ${reason}`)}`,
              )
              .join('\n'),
          ]),
      ...(missing.length === 0
        ? []
        : [`Not known: ${missing.map(({ input }) => plain(words_(input))).join(', ')}.`]),
    ].join('\n\n');
  },
});

const words_ = (input: string): string => input.replaceAll('_', ' ');

/** What the question takes for granted and is not so. */
const premise = (words: string, { status, tier }: Standing, name: string): string[] => {
  const said = /\b(critical)\b|\b(high|medium|low)(?= (churn )?risk)/.exec(words)?.[0];
  return said === undefined || (status === 'known' && tier === said)
    ? []
    : [`**${name}** is not ${said}.`];
};

interface Standing {
  readonly status: string;
  readonly tier: string | null;
  readonly value: string;
  readonly since: string | null;
  readonly valueThen: string | null;
  readonly tierThen: string | null;
  readonly change: string | null;
}

const standing = ({ status, tier, value }: Standing): string =>
  status === 'known' ? `**${tier ?? ''} (${value} of 100)**` : `**${status.replaceAll('_', ' ')}**`;

const compared = ({ since, valueThen, tierThen, change }: Standing): string[] => {
  if (since === null || valueThen === null) return [];
  if (change === null || change === '0') return [`On ${since} it was the same.`];
  return [
    `On ${since} it was ${valueThen}${tierThen === null ? '' : ` (${tierThen})`}; it moved by ${change}:`,
  ];
};

const bullets = (lines: readonly { readonly points: string; readonly reason: string }[]): string =>
  lines.map(({ points, reason }) => `- ${plain(`${points}: ${reason}`)}`).join('\n');
