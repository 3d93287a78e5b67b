import { z } from 'zod';
import { defineWish } from '../define.ts';

export default defineWish({
  id: 'change_plan',
  title: 'Change the plan, the price, the limits or the subscription of an account',
  examples: ['move them to the enterprise plan', 'extend their trial by 14 days'],
  tool: 'change_subscription',
  playbook: 'requested-change',
  instead:
    'Offers can be made from here: `offer them five seats`, `offer them 10 % off for 3 months`.',
  fits: ({ words, asks }) =>
    !asks &&
    (/\b(upgrade|downgrade|move|switch|change)\b.*\b(plan|tier|price|subscription|enterprise|growth|starter)\b/.test(
      words,
    ) ||
      /\b(extend|prolong)\b.*\btrial\b/.test(words) ||
      /\b(raise|lift|increase)\b.*\blimits?\b/.test(words) ||
      /\bcancel\b.*\b(subscription|account|contract|them)\b/.test(words))
      ? 9
      : 0,
  takes: z.strictObject({}),
  read: () => ({ taken: {} }),
  want: async (_, { person }) => ({ args: {}, reason: `${person.name} asked for it in chat` }),
});
