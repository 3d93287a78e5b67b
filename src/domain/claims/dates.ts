import { Temporal } from 'temporal-polyfill';
import type { Claim, DateReading, Reader } from './claim.ts';

/** Reads dates in the formats that people write, and times that name no date at all. */
export const takeDates = (reader: Reader, languages: readonly string[]): void => {
  takeNumeric(reader);
  const months = monthNames(languages);
  const name = [...months.keys()]
    .toSorted((a, b) => b.length - a.length)
    .map(escaped)
    .join('|');
  const day = '(\\d{1,2})(?:st|nd|rd|th|\\.|er)?';
  reader.take(
    word(`${day}(?:\\s+of|\\s+de)?[\\s-]+(${name})\\.?(?:(?:,|\\s+de)?[\\s-]+(\\d{4}))?`),
    ([text, d, m, y]) => dateClaim(text, [reading(y, months.get(lower(m)), d)]),
  );
  reader.take(word(`(${name})\\.?\\s+${day}(?:,?\\s+(\\d{4}))?(?!\\d)`), ([text, m, d, y]) =>
    dateClaim(text, [reading(y, months.get(lower(m)), d)]),
  );
  reader.take(word(`(${name})\\.?\\s+(\\d{4})`), ([text, m, y]) =>
    dateClaim(text, [reading(y, months.get(lower(m)), undefined)]),
  );
  // `may` and `march` are mostly verbs; a month alone counts where it is written as a name.
  reader.take(aloneIn(months), ([text, m]) =>
    dateClaim(text, [reading(undefined, months.get(lower(m)), undefined)]),
  );
  takeTimes(reader);
};

const takeNumeric = (reader: Reader): void => {
  reader.take(/(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)/g, ([text, y, m, d]) =>
    dateClaim(text, [reading(y, Number(m), d)]),
  );
  reader.take(
    /(?<![\d.,/])(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/])/g,
    ([text, a, , b, y]) =>
      dateClaim(text, [reading(fullYear(y), Number(b), a), reading(fullYear(y), Number(a), b)]),
  );
  reader.take(/(?<![\d.,/])(\d{1,2})\/(\d{1,2})(?![\d/])/g, ([text, a, b]) =>
    dateClaim(text, [reading(undefined, Number(b), a), reading(undefined, Number(a), b)]),
  );
};

const WEEKDAYS = 'monday|tuesday|wednesday|thursday|friday|saturday|sunday';

/** What is said of time without a date: nothing that is known can bear it out. */
const takeTimes = (reader: Reader): void => {
  const vague = [
    `tomorrow|tonight|overnight|immediately|right away|straight away|asap`,
    `(?:by\\s+|on\\s+|before\\s+|next\\s+|this\\s+)?(?:${WEEKDAYS})s?`,
    `(?:next|this|coming|following)\\s+(?:few\\s+)?(?:days?|weeks?|weekend|months?|quarters?|years?)`,
    `(?:by\\s+)?(?:the\\s+)?end\\s+of\\s+(?:the\\s+)?(?:day|week|month|quarter|year)`,
    `an?\\s+(?:hour|day|week|fortnight|month|quarter|year)\\s+from\\s+(?:now|today)`,
    `Q[1-4](?:\\s+\\d{4})?`,
    `\\d{1,2}(?::\\d{2})?\\s?(?:am|pm|o['’]clock)|\\d{1,2}:\\d{2}`,
  ].join('|');
  reader.take(new RegExp(`\\b(?:${vague})\\b`, 'giu'), ([text]) => dateClaim(text, []));
};

const dateClaim = (text: string | undefined, readings: readonly (DateReading | null)[]): Claim => ({
  kind: 'date',
  text: (text ?? '').trim(),
  readings: readings.filter((one) => one !== null),
});

const reading = (
  year: string | undefined,
  month: number | undefined,
  day: string | undefined,
): DateReading | null => {
  if (month === undefined || month < 1 || month > 12 || Number(day ?? 1) > 31) return null;
  return {
    month,
    ...(day === undefined ? {} : { day: Number(day) }),
    ...(year === undefined ? {} : { year: Number(year) }),
  };
};

const fullYear = (year: string | undefined): string | undefined =>
  year?.length === 2 ? `20${year}` : year;

/** Names of the months, long and short, in these languages and in English. */
const monthNames = (languages: readonly string[]): ReadonlyMap<string, number> => {
  const names = new Map<string, number>([['sept', 9]]);
  for (const language of new Set(['en', ...languages])) {
    for (let month = 1; month <= 12; month += 1) {
      const first = Temporal.PlainDate.from({ year: 2026, month, day: 1 });
      for (const style of ['long', 'short'] as const) {
        names.set(
          lower(first.toLocaleString(language, { month: style })).replace(/\.$/, ''),
          month,
        );
      }
    }
  }
  return names;
};

const aloneIn = (months: ReadonlyMap<string, number>): RegExp => {
  const names = [...months.keys()]
    .filter((name) => name.length > 2)
    .map((name) => escaped(name.slice(0, 1).toUpperCase() + name.slice(1)));
  return new RegExp(
    `(?<=\\b(?:in|by|until|since|before|after|from|during|of|early|late|mid)[\\s-]+)(${names.join('|')})\\b`,
    'gu',
  );
};

const word = (source: string): RegExp =>
  new RegExp(`(?<![\\p{L}\\d])(?:${source})(?![\\p{L}\\d])`, 'giu');
const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
const lower = (text: string | undefined): string => (text ?? '').toLowerCase();
