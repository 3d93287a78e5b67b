import { z } from 'zod';
import { defineWish } from '../define.ts';

export default defineWish({
  id: 'refund',
  title: 'Refund or credit an account',
  examples: ['refund their last invoice'],
  tool: 'refund_invoice',
  playbook: 'requested-refund',
  instead: 'Refunds are made in the billing system by whoever may.',
  fits: ({ words, asks }) => (!asks && /\b(refund|reimburse|credit|waive)\b/.test(words) ? 9 : 0),
  takes: z.strictObject({}),
  read: () => ({ taken: {} }),
  want: async (_, { person }) => ({ args: {}, reason: `${person.name} asked for it in chat` }),
});
