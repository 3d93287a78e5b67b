import { addDays, type Day } from '../../domain/time.ts';

/** The last `count` month ends whose horizon is over by `until`, oldest first. */
export const monthEnds = (until: Day, count: number, horizonDays: number): readonly Day[] => {
  const ends: Day[] = [];
  let end = endBefore(addDays(until, 1 - horizonDays));
  while (ends.length < count) {
    ends.unshift(end);
    end = endBefore(end);
  }
  return ends;
};

/** The last day of the month before the day's own. */
const endBefore = (day: Day): Day => addDays(day, -Number(day.slice(8)));
