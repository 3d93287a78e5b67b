import { z } from 'zod';
import { contactMeant } from '../contact-meant.ts';
import { defineWish } from '../define.ts';
import { numberBefore } from '../question.ts';

const MOST = 100;

export default defineWish({
  id: 'offer_seats',
  title: 'Offer seats at the price of their plan',
  examples: ['offer them five seats'],
  tool: 'offer_seats',
  playbook: 'requested-offer',
  fits: ({ words, asks }) =>
    !asks &&
    /\b(offer|give|propose|sell|quote|add)\b/.test(words) &&
    /\b(seats?|licen[cs]es?)\b/.test(words)
      ? 9
      : 0,
  takes: z.strictObject({
    contactId: z.string().min(1).max(200).nullish(),
    seats: z.int().min(1).max(MOST),
  }),
  read: ({ question: { words } }) => {
    const seats = numberBefore(words, 'seats?|licen[cs]es?');
    if (seats === null) return { unclear: 'how many seats?' };
    if (!Number.isInteger(seats) || seats < 1 || seats > MOST)
      return { unclear: 'between 1 and 100 seats can be offered at once; how many?' };
    return { taken: { seats } };
  },
  want: async ({ contactId, seats }, asked, look) => {
    const to = await contactMeant(asked, look, { contactId });
    if ('unclear' in to) return to;
    return {
      args: { contactId: to.contactId, seats },
      reason: `${asked.person.name} asked for it in chat`,
    };
  },
});
