import { defineQuestion } from '../define.ts';
import { plain } from '../markdown.ts';
import accountCases, { type CaseLine } from '../tools/account-cases.ts';
import accountStanding from '../tools/account-standing.ts';

const IN_THE_WAY =
  /\bwhy\b.*\b(not|n't|refused|forbidden|held|blocked|stopped|waiting|wait|escalated|dropped)\b|\bin the way\b|\bblock(s|ed|ing)?\b|\bstop(s|ping) us\b|\b(can|may|could|should) (we|i)\b.*\b(sell|offer|write|contact|message|email|upsell|talk)\b|\bdidn't\b|\bguards?\b/;

export default defineQuestion({
  id: 'cases',
  title: 'What is under way for an account, what was decided and what stands in the way',
  about: 'account',
  examples: [
    'what are we doing about Northwind?',
    'why was the offer to Northwind refused?',
    'can we sell to Northwind?',
  ],
  fits: ({ words }) => {
    if (IN_THE_WAY.test(words)) return 9;
    if (
      /\bwhat\b.*\b(we|you|agents?|retinue|being)\b.*\b(doing|done|planning|plan|do)\b/.test(words)
    )
      return 8;
    if (/\b(decided|decisions?|proposed|proposals?)\b/.test(words)) return 7;
    return /\b(cases?|under way|in progress|going on|open)\b/.test(words) ? 6 : 0;
  },
  answer: async ({ account, question: { words } }, look) => {
    const { cases } = await look(accountCases, {
      accountId: account.accountId,
      // What was refused is closed by now.
      all: IN_THE_WAY.test(words),
    });
    const parts = cases.map(caseText);
    const guards = IN_THE_WAY.test(words)
      ? (await look(accountStanding, { accountId: account.accountId })).guards
      : [];
    const name = plain(account.name);
    return [
      cases.length === 0 ? `No case is open for **${name}**.` : `Open for **${name}**:`,
      ...parts,
      ...(guards.length === 0
        ? []
        : [
            'Guards now:',
            guards
              .map(
                ({ id, state, reason }) =>
                  `- ${plain(`${id}: ${state.replaceAll('_', ' ')} — ${reason}`)}`,
              )
              .join('\n'),
          ]),
    ].join('\n\n');
  },
});

const caseText = ({
  caseId,
  title,
  openedOn,
  atRisk,
  reasons,
  proposals,
  heldOut,
}: CaseLine): string =>
  [
    `**${plain(title)}** (\`${caseId}\`, since ${openedOn}, at risk ${plain(atRisk)})${heldOut ? ', held out for comparison: nothing acts' : ''}`,
    ...reasons.map((reason) => `- ${plain(reason)}`),
    ...proposals.map(
      ({ summary, status, why, on }) =>
        `- ${plain(`${on}: ${summary} — ${status.replaceAll('_', ' ')}${why.length === 0 ? '' : `: ${why.join('; ')}`}`)}`,
    ),
  ].join('\n');
