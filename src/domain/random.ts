/** A stream of numbers in [0, 1) that a seed fixes (mulberry32, public domain). */
export type Random = () => number;

export const seededRandom = (seed: number): Random => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** A seed for one account, so that adding a story moves no other account's numbers. */
export const seedOf = (text: string): number => {
  let hash = 2_166_136_261;
  for (const character of text) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16_777_619);
  }
  return hash >>> 0;
};

/** A whole number around `mean`, spread by a share of it: `around(random, 100, 0.1)` is mostly 90 to 110. */
export const around = (random: Random, mean: number, spread: number): number =>
  Math.max(0, Math.round(mean * (1 + (random() + random() - 1) * spread)));

export const pick = <T>(random: Random, options: readonly T[]): T => {
  const option = options[Math.floor(random() * options.length)];
  if (option === undefined) throw new RangeError('nothing to pick from');
  return option;
};
