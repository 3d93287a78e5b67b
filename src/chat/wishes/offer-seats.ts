import { contactMeant } from '../contact-meant.ts';
import { defineWish } from '../define.ts';
import { numberBefore } from '../question.ts';

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
  want: async (asked, look) => {
    const seats = numberBefore(asked.question.words, 'seats?|licen[cs]es?');
    if (seats === null) return { unclear: 'how many seats?' };
    if (!Number.isInteger(seats) || seats < 1 || seats > 100)
      return { unclear: 'between 1 and 100 seats can be offered at once; how many?' };
    const to = await contactMeant(asked, look);
    if ('unclear' in to) return to;
    return {
      args: { contactId: to.contactId, seats },
      reason: `${asked.person.name} asked for it in chat`,
    };
  },
});
