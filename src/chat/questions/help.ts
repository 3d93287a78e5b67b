import { defineQuestion } from '../define.ts';

export default defineQuestion({
  id: 'help',
  title: 'What chat can do',
  about: 'anything',
  examples: ['what can you do?'],
  fits: ({ words }) =>
    /^(help|\?|hello|hi|hey)\b/.test(words) ||
    /\bwhat (can|do) you\b|\bhow do you work\b|\bwhat can i ask\b/.test(words)
      ? 10
      : 0,
  answer: async () => HELP,
});

const HELP = `I answer from what Retinue knows, and name where it stands. About one account:

- why is Northwind critical? what changed since last week?
- what did we promise them? when did we last talk to them?
- what are we doing about them? why was the offer refused? can we sell to them?
- what is their ARR? when do they renew? who do we talk to?

About all of them:

- show renewals at risk this quarter
- which accounts are critical? who is ready to expand?
- what waits for my approval? which tasks are open?
- what do the docs say about exports?

And I propose what you wish for, by the same policy as anything else; somebody else approves it where it takes that:

- offer them five seats
- offer them 10 % off for 3 months
- send them the check-in
- tell their account manager to call them within 3 days

I never approve, never send by myself, and never guess between two accounts of one name.`;
