import { z } from 'zod';
import { contactMeant } from '../contact-meant.ts';
import { defineWish } from '../define.ts';
import { numberBefore } from '../question.ts';

const USUAL_MONTHS = 3;

export default defineWish({
  id: 'offer_discount',
  title: 'Offer a discount for some months, to keep them',
  examples: ['offer Northwind 10 % off for 3 months'],
  tool: 'offer_save_discount',
  playbook: 'requested-save',
  fits: ({ words, asks }) =>
    !asks &&
    /\b(offer|give|propose|grant)\b/.test(words) &&
    /\bdiscount\b|%|\bpercent\b|\boff\b/.test(words) &&
    !/\bseats?\b/.test(words)
      ? 9
      : 0,
  takes: z.strictObject({
    contactId: z.string().min(1).max(200).nullish(),
    percent: z.number().min(1).max(30),
    months: z.int().min(1).max(12).default(USUAL_MONTHS),
  }),
  read: ({ question: { words } }) => {
    const percent = numberBefore(words, '%|percent');
    if (percent === null) return { unclear: 'how many per cent, and for how many months?' };
    if (percent < 1 || percent > 30)
      return { unclear: 'between 1 % and 30 % can be offered; how much?' };
    const months = numberBefore(words, 'months?') ?? USUAL_MONTHS;
    if (!Number.isInteger(months) || months < 1 || months > 12)
      return { unclear: 'between 1 and 12 months can be offered; how many?' };
    return { taken: { percent, months } };
  },
  want: async ({ contactId, percent, months }, asked, look) => {
    const to = await contactMeant(asked, look, { contactId });
    if ('unclear' in to) return to;
    return {
      args: { contactId: to.contactId, basisPoints: Math.round(percent * 100), months },
      reason: `${asked.person.name} asked for it in chat`,
    };
  },
});
