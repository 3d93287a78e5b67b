/** English number words, from `two` to `three hundred and fifty thousand`. */

const SMALL = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
  'thirteen',
  'fourteen',
  'fifteen',
  'sixteen',
  'seventeen',
  'eighteen',
  'nineteen',
];
const TENS = ['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];
const VALUES = new Map<string, number>([
  ...SMALL.map((word, value) => [word, value] as const),
  ...TENS.map((word, index) => [word, (index + 2) * 10] as const),
  ['dozen', 12],
  ['couple', 2],
]);
const SCALES = new Map([
  ['hundred', 100],
  ['thousand', 1_000],
  ['million', 1_000_000],
]);

const WORD = [...VALUES.keys(), ...SCALES.keys()].join('|');

/** Finds a run of number words. `one` by itself is mostly no figure ("the one you use"); before a unit it is. */
export const NUMBER_WORDS = new RegExp(
  `\\b(?:(?:${WORD})(?:(?:[\\s-]+(?:and\\s+)?)(?:${WORD}))*)\\b`,
  'giu',
);

/** The value of a run of number words. */
export const valueOfWords = (words: string): number => {
  let total = 0;
  let group = 0;
  for (const word of words.toLowerCase().split(/[\s-]+/)) {
    const scale = SCALES.get(word);
    if (scale === undefined) {
      const value = VALUES.get(word) ?? 0;
      group = word === 'dozen' && group > 0 ? group * value : group + value;
    } else if (scale === 100) {
      group = Math.max(group, 1) * scale;
    } else {
      total += Math.max(group, 1) * scale;
      group = 0;
    }
  }
  return total + group;
};
