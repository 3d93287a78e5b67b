import { addDays, dayFromNumber, dayNumber, type Day } from '../domain/time.ts';
import { numberBefore } from './question.ts';

/** Days from `from` to `to`, both inclusive, in the words of whoever asked. */
export interface Period {
  readonly from: Day;
  readonly to: Day;
  readonly text: string;
}

/** The stretch of days ahead that a question names: `this quarter`, `next month`, `in the next 60 days`. Pure. */
export const periodAhead = (words: string, today: Day): Period | null => {
  const days = numberBefore(words, 'days?');
  const weeks = numberBefore(words, 'weeks?');
  if (days !== null) return ahead(today, days, `in the next ${String(days)} days`);
  if (weeks !== null) return ahead(today, weeks * 7, `in the next ${String(weeks)} weeks`);
  const named = /\b(this|next) (quarter|month|year|week)\b/.exec(words);
  if (named === null) return null;
  const [text, which, unit] = named;
  const months = unit === 'quarter' ? 3 : unit === 'month' ? 1 : 12;
  const offset = which === 'next' ? 1 : 0;
  if (unit === 'week') return ahead(addDays(today, 7 * offset), 7, text);
  const from = monthStart(today, months, offset);
  const to = addDays(monthStart(today, months, offset + 1), -1);
  return { from: from < today ? today : from, to, text };
};

const ahead = (today: Day, days: number, text: string): Period => ({
  from: today,
  to: addDays(today, days),
  text,
});

/** The first day of the month, quarter or year that lies `offset` of them from today's. */
const monthStart = (today: Day, months: number, offset: number): Day => {
  const [year = 1970, month = 1] = today.split('-').map(Number);
  const index = year * 12 + Math.floor((month - 1) / months) * months + offset * months;
  const text = `${String(Math.floor(index / 12)).padStart(4, '0')}-${String((index % 12) + 1).padStart(2, '0')}-01`;
  return dayFromNumber(dayNumber(text as Day));
};

/** The day that a question compares with: `since 2026-10-01`, `last week`, `in the last 14 days`. Pure. */
export const dayBack = (words: string, today: Day): Day | null => {
  const written = /\b(\d{4}-\d{2}-\d{2})\b/.exec(words)?.[1];
  if (written !== undefined && isDay(written)) return written as Day;
  const days = numberBefore(words, 'days?');
  if (days !== null) return addDays(today, -Math.min(days, 3650));
  if (/\byesterday\b/.test(words)) return addDays(today, -1);
  if (/\blast month\b|\ba month\b/.test(words)) return addDays(today, -30);
  if (/\blast week\b|\ba week\b/.test(words)) return addDays(today, -7);
  return null;
};

const isDay = (text: string): boolean => {
  try {
    return dayFromNumber(dayNumber(text as Day)) === text;
  } catch {
    return false;
  }
};
