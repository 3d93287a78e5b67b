import { defineQuestion } from '../define.ts';
import { plain } from '../markdown.ts';
import searchKnowledge, { placeOf } from '../tools/search-knowledge.ts';

export default defineQuestion({
  id: 'knowledge',
  title: 'What the documents of the house say',
  about: 'anything',
  examples: [
    'what do the docs say about exporting a dashboard?',
    'how do customers invite colleagues?',
  ],
  fits: ({ words }) => {
    if (
      /\b(docs?|documents?|documentation|help (centre|center|pages?)|knowledge( base)?|articles?|known issues?|playbooks?)\b/.test(
        words,
      )
    )
      return 7;
    return /^how (do|does|can|to|should) (?!they\b|we talk)/.test(words) ? 6 : 0;
  },
  answer: async ({ question: { text } }, look) => {
    const { passages, note } = await look(searchKnowledge, {
      query: text.slice(0, 400).padEnd(2, '?'),
    });
    if (passages.length === 0) return 'Nothing in the knowledge base answers that.';
    return [
      'From the knowledge base, quoted:',
      ...passages.map(
        ({ title, heading, text: passage }) =>
          `> ${plain(passage.slice(0, 600))}\n>\n> — ${plain(placeOf(title, heading))}`,
      ),
      ...(note === null ? [] : [plain(note)]),
    ].join('\n\n');
  },
});
