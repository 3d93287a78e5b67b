import { defineQuestion } from '../define.ts';
import { plain } from '../markdown.ts';
import accountContacts from '../tools/account-contacts.ts';

export default defineQuestion({
  id: 'contacts',
  title: 'Who an account’s people are',
  about: 'account',
  examples: ['who do we talk to at Northwind?'],
  fits: ({ words }) => {
    if (/\bwho\b.*\b(talk|speak|write|contact|champion|budget|buyer|decides|admin)\b/.test(words))
      return 8;
    return /\bcontacts?\b|\bchampion\b|\bbudget owner\b/.test(words) ? 6 : 0;
  },
  answer: async ({ account }, look) => {
    const { contacts } = await look(accountContacts, { accountId: account.accountId });
    const name = plain(account.name);
    return contacts.length === 0
      ? `Nobody at **${name}** is on record.`
      : [
          `People at **${name}**:`,
          contacts.map((one) => `- ${plain(`${one.name}, ${one.role}`)}`).join('\n'),
        ].join('\n\n');
  },
});
