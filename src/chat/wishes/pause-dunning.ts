import { z } from 'zod';
import { defineWish } from '../define.ts';

export default defineWish({
  id: 'pause_dunning',
  title: 'Pause dunning',
  examples: ['pause dunning for them'],
  tool: 'pause_dunning',
  playbook: 'dunning',
  instead:
    'Pause it in the billing system, or have the account manager see to it: `tell the account manager of … to call them`.',
  fits: ({ words, asks }) =>
    !asks &&
    /\b(pause|stop|hold|suspend|halt|resume|restart)\b/.test(words) &&
    /\b(dunning|collections?|(payment|invoice) reminders?|chasing)\b/.test(words)
      ? 10
      : 0,
  takes: z.strictObject({}),
  read: () => ({ taken: {} }),
  want: async (_, { person }) => ({ args: {}, reason: `${person.name} asked for it in chat` }),
});
