import { defineQuestion } from '../define.ts';
import { plain } from '../markdown.ts';
import accountProfile from '../tools/account-profile.ts';

export default defineQuestion({
  id: 'profile',
  title: 'An account at a glance',
  about: 'account',
  examples: ['how is Northwind doing?', 'tell me about Northwind'],
  fits: ({ words }) => {
    if (/\b(how (is|are|'s)|how's)\b.*\b(doing|going|them|they|it)\b/.test(words)) return 6;
    if (/\b(tell me|know|show|summar\w+|overview|status|brief\w*|look at|news)\b/.test(words))
      return 4;
    return /^(and |what about |how about )?(them|it)\??$/.test(words) ? 4 : 0;
  },
  answer: async ({ account }, look) => {
    const { plan, arr, owner, seats, renewal, payment, scores, openCases, waitingApprovals } =
      await look(accountProfile, { accountId: account.accountId });
    const lines = [
      ...Object.entries(scores).map(([id, text]) => `${id.replaceAll('_', ' ')}: ${text}`),
      `plan: ${plan}, seats: ${seats}`,
      `ARR: ${arr}`,
      `renewal: ${renewal ?? 'none known within a year'}`,
      `payment: ${payment}`,
      `owner: ${owner}`,
      `open cases: ${String(openCases)}, waiting approvals: ${String(waitingApprovals)}`,
    ];
    return [`**${plain(account.name)}**`, lines.map((line) => `- ${plain(line)}`).join('\n')].join(
      '\n\n',
    );
  },
});
