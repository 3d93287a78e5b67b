/** A question as the router reads it. */
export interface Question {
  /** As it was written. */
  readonly text: string;
  /** In small letters, apostrophes straightened, with the account's name replaced by `them`. */
  readonly words: string;
  /** Whether it points back to the account spoken of before: `them`, `it`, `their`, `this account`. */
  readonly pointsBack: boolean;
  /** Whether it asks, rather than tells to do something. */
  readonly asks: boolean;
}

const BACK = /\b(them|they|their|theirs|it|its|(this|that|the same) (account|customer|one))\b/;

const ASKING =
  /^(and |so |but |ok(ay)?,? )*(who|what|when|where|which|why|how|whose|is|are|was|were|did|does|do (we|they)|has|have|show|list|tell me|explain|summari[sz]e|can (we|i)|could (we|i)|may (we|i)|should (we|i)|any)\b/;

/** Reads a question. `mention` is the part of it that names an account, if any does. Pure. */
export const readQuestion = (text: string, mention: string | null = null): Question => {
  const plain = plainly(text);
  const named = mention === null ? '' : plainly(mention);
  const words = (named === '' ? plain : plain.replaceAll(named, () => ' them '))
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\bthem ?'s?\b/g, 'their')
    .replaceAll(/ (?=[?!.,])/g, '')
    .trim();
  return {
    text: text.trim(),
    words,
    pointsBack: mention === null && BACK.test(plain),
    asks: ASKING.test(words) || (words.endsWith('?') && !PLEADING.test(words)),
  };
};

const PLEADING = /^(please|(can|could|would|will) you)\b/;

/** Small letters, one kind of apostrophe and quote, no control characters. */
export const plainly = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\u2018\u2019\u02bc`]/g, "'")
    .replaceAll(/[\u201c\u201d]/g, '"')
    .replaceAll(/\p{Cc}+/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();

const NUMBERS: Readonly<Record<string, number>> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  fifteen: 15,
  twenty: 20,
  thirty: 30,
  fifty: 50,
};

/** The number before a word: `five seats`, `5 more seats`, `20 %`. `null` where none is written. Pure. */
export const numberBefore = (words: string, unit: string): number | null => {
  const found = new RegExp(
    `(\\d+(?:\\.\\d+)?|\\b(?:${Object.keys(NUMBERS).join('|')})\\b)\\s*(?:more |extra |additional |new )?(?:${unit})`,
  ).exec(words)?.[1];
  if (found === undefined) return null;
  return NUMBERS[found] ?? Number(found);
};
