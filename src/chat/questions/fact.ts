import { defineQuestion } from '../define.ts';
import { plain } from '../markdown.ts';
import accountFacts from '../tools/account-facts.ts';

/** Words of a question that say which fact is meant, where they are not those of its name. */
const OTHER_WORDS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/\b(arr|revenue|worth|pay(ing)?)\b/, ['arr', 'mrr']],
  [/\bmrr\b/, ['mrr']],
  [/\bplans?\b|\btier\b/, ['plan_name', 'plan']],
  [/\bseats?\b|\blicen[cs]es?\b/, ['seats', 'seats_used', 'seat_price']],
  [/\b(renews?|renewal|contract)\b/, ['renewals', 'days_to_renewal']],
  [/\b(owner|owns|csm|account manager|responsible)\b/, ['owner']],
  [
    /\b(past due|overdue|invoices?|payments?|paid)\b/,
    ['payment_status', 'unpaid_invoices', 'past_due'],
  ],
  [/\b(logins?|log in|logging in)\b/, ['logins', 'login_trend']],
  [/\b(tickets?|support)\b/, ['open_tickets', 'support_tickets']],
  [/\b(incidents?|outage)\b/, ['open_incident']],
  [/\b(last touch|contacted)\b/, ['last_touch']],
  [/\b(usage|adoption|features?)\b/, ['feature_adoption', 'feature_breadth', 'usage_consistency']],
  [/\b(invit\w+)\b/, ['rejected_invites']],
  [/\b(trial)\b/, ['trial_progression']],
];

const meant = (words: string): string[] => [
  ...new Set(OTHER_WORDS.flatMap(([pattern, ids]) => (pattern.test(words) ? ids : []))),
];

export default defineQuestion({
  id: 'fact',
  title: 'A figure or a detail of an account',
  about: 'account',
  examples: ['what is the ARR of Northwind?', 'when does Northwind renew?', 'who owns Northwind?'],
  fits: ({ words, asks }) => (asks && meant(words).length > 0 ? 5 : 0),
  answer: async ({ account, question: { words } }, look) => {
    const { facts } = await look(accountFacts, { accountId: account.accountId, ids: meant(words) });
    const name = plain(account.name);
    if (facts.length === 0) return `Nothing of that is known of **${name}**.`;
    const lines = facts.map(({ title, text, freshAt, trusted }) => {
      const age =
        freshAt === null
          ? ''
          : ` (as of ${freshAt.slice(0, 10)}${trusted ? '' : ', from what browsers report alone'})`;
      return `- ${plain(`${title}: ${text}${age}`)}`;
    });
    return [`**${name}**`, lines.join('\n')].join('\n\n');
  },
});
