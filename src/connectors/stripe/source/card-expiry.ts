import { addDays, toDay, type Day } from '../../../domain/time.ts';

/** A card is good until the end of its month. `null` for what is no month. */
export const lastDayOf = (
  year: number | null | undefined,
  month: number | null | undefined,
): Day | null => {
  if (typeof year !== 'number' || typeof month !== 'number') return null;
  if (month < 1 || month > 12 || year < 2000 || year > 9998) return null;
  const [nextYear, next] = month === 12 ? [year + 1, 1] : [year, month + 1];
  return addDays(toDay(`${String(nextYear)}-${String(next).padStart(2, '0')}-01`), -1);
};
