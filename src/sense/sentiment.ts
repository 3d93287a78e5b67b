import winkNLP from 'wink-nlp';
import model from 'wink-eng-lite-web-model';

/** What a text says of its writer's mood. */
export type Mood = 'negative' | 'neutral' | 'positive';

export interface Sentiment {
  /** −100 (bitter) to 100 (delighted); 0 is neutral. */
  readonly score: number;
  readonly mood: Mood;
}

/** A way to read the mood of a text. The same text always gives the same answer; it never throws on any text. */
export interface SentimentReader {
  /** Library, model and version, for receipts. */
  readonly id: string;
  readonly read: (text: string) => Sentiment;
}

/** Chosen on 3,097 labelled texts for the best macro-F1; measured on others (docs/decisions/0003). */
const NEGATIVE_UP_TO = -2;
const POSITIVE_FROM = 21;

/** A ticket's mood shows in its first words; the bound also keeps the cost of one text small. */
const MAX_CHARACTERS = 4_000;
const MAX_WORDS = 400;
const MAX_WORD = 30;

/**
 * Takes out what carries no mood and what the tokenizer is slow on: `http://` repeated for 20,000 characters takes it
 * minutes, and a ticket's text is anyone's to write.
 */
const plainWords = (text: string): string =>
  text
    .slice(0, MAX_CHARACTERS)
    .normalize('NFKC')
    .replace(/\b(?:https?:\/\/|www\.)\S+|\S+@\S+/giu, ' ')
    .replace(/[^\p{L}\p{N}'’.,!?:;()\s-]/gu, ' ')
    .replace(/([^\p{L}\p{N}\s]{3})[^\p{L}\p{N}\s]+/gu, '$1 ')
    .split(/\s+/u)
    .filter((word) => word !== '' && word.length <= MAX_WORD)
    .slice(0, MAX_WORDS)
    .join(' ');

let made: ((words: string) => number) | undefined;

/** Made for the first text: the model takes the better part of a second and 60 MB, and most commands read no ticket. */
const polarityOf = (words: string): number => (made ??= newPolarity())(words);

const newPolarity = (): ((words: string) => number) => {
  const nlp = winkNLP(model, ['sbd', 'negation', 'sentiment']);
  // eslint-disable-next-line @typescript-eslint/unbound-method -- the library hands its methods over as values
  const asPolarity = nlp.its.sentiment;
  return (words) => Number(nlp.readDoc(words).out(asPolarity));
};

const moodOf = (score: number): Mood => {
  if (score <= NEGATIVE_UP_TO) return 'negative';
  return score >= POSITIVE_FROM ? 'positive' : 'neutral';
};

/** English text by winkNLP's lexicon with negation. */
export const sentimentReader: SentimentReader = {
  id: 'wink-nlp@2.4.0/wink-eng-lite-web-model@1.8.1',
  read: (text) => {
    const words = plainWords(text);
    const polarity = words === '' ? 0 : polarityOf(words);
    const score = Math.round(polarity * 100);
    return { score, mood: moodOf(score) };
  },
};
