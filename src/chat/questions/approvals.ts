import { defineQuestion } from '../define.ts';
import { plain } from '../markdown.ts';
import waitingApprovals from '../tools/waiting-approvals.ts';

export default defineQuestion({
  id: 'approvals',
  title: 'What waits for an approval',
  about: 'anything',
  examples: ['what waits for my approval?'],
  fits: ({ words, asks }) => {
    // Told to decide, it says what there is to decide, and where.
    if (/^(please |yes,? |ok(ay)?,? )*(approve|reject|sign off)\b/.test(words)) return 7;
    return asks && /\bapprov(e|al|als)\b|\b(decide|decision)s? .*\b(me|us|waiting)\b/.test(words)
      ? 8
      : 0;
  },
  answer: async ({ account }, look) => {
    const found = await look(
      waitingApprovals,
      account === null ? {} : { accountId: account.accountId },
    );
    if (found.total === 0) return 'Nothing waits for an approval.';
    const lines = found.items.map(
      ({ approvalId, account: name, summary, expiresOn, mine }) =>
        `- **${plain(name)}**: ${plain(summary)}, until ${expiresOn} (\`${approvalId}\`)${mine ? '' : ' — for others to decide'}`,
    );
    return [
      `${String(found.total)} wait for an approval${found.total > lines.length ? `; the first ${String(lines.length)}` : ''}:`,
      lines.join('\n'),
      'Decide with `retinue approve <id>` or `retinue reject <id>`: chat decides nothing.',
    ].join('\n\n');
  },
});
