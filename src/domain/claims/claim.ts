import type { Day } from '../time.ts';

/**
 * Something in a text that is true or false: a figure, a share, an amount, a date, a link, a promise. `readings` are all
 * the ways to read it (`1.234` is 1234 or 1.234; `03/04` the third of April or the fourth of March): one of them has to
 * be supported. None at all: it cannot be supported (`tomorrow`, `half`).
 */
export type Claim =
  | {
      readonly kind: 'figure' | 'share';
      readonly text: string;
      readonly readings: readonly string[];
    }
  | {
      readonly kind: 'amount';
      readonly text: string;
      readonly readings: readonly string[];
      /** ISO codes that the sign may mean. */
      readonly currencies: readonly string[];
    }
  | { readonly kind: 'date'; readonly text: string; readonly readings: readonly DateReading[] }
  | { readonly kind: 'link'; readonly text: string; readonly host: string }
  | { readonly kind: 'promise'; readonly text: string };

/** A day, or as much of one as the text says. */
export interface DateReading {
  readonly year?: number;
  readonly month: number;
  readonly day?: number;
}

export const matchesDay = (reading: DateReading, day: Day): boolean => {
  const [year, month, date] = day.split('-').map(Number);
  return (
    reading.month === month &&
    (reading.day === undefined || reading.day === date) &&
    (reading.year === undefined || reading.year === year)
  );
};

/** A text that is read piece by piece: what was read is blanked out, so that nothing is read twice. */
export class Reader {
  #left: string;
  readonly claims: Claim[] = [];

  constructor(text: string) {
    this.#left = text;
  }

  take(pattern: RegExp, claimOf: (match: RegExpMatchArray) => Claim | null): void {
    this.#left = this.#left.replace(pattern, (...parts: unknown[]) => {
      const match = parts.filter((part) => typeof part !== 'object') as unknown as RegExpMatchArray;
      const claim = claimOf(match);
      if (claim === null) return match[0];
      this.claims.push(claim);
      return ' '.repeat(match[0].length);
    });
  }
}
