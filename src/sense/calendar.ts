import { addDays, endOfDay, type Day, type Instant, type Zone } from '../domain/time.ts';

const DAY = /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const TIME = /^T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** Whether a text is a day that there is (not `2026-02-30`). Plain arithmetic: it is asked for every event. */
export const isCalendarDay = (text: string): boolean => {
  const [, year, month, day] = DAY.exec(text) ?? [];
  if (day === undefined) return false;
  return Number(day) <= 28 || Number(day) <= daysInMonth(Number(year), Number(month));
};

const daysInMonth = (year: number, month: number): number => {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
};

const isLeapYear = (year: number): boolean =>
  (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** Whether a text is a moment in the one form that the program writes: UTC, milliseconds. */
export const isCanonicalInstant = (text: string): text is Instant =>
  isCalendarDay(text.slice(0, 10)) && TIME.test(text.slice(10));

/** Days of a zone, each worked out once: arithmetic in zones is the dearest thing in a run over many accounts. */
export interface ZoneCalendar {
  readonly dayOf: (at: Instant) => Day;
  /** The last millisecond of a day. */
  readonly endOf: (day: Day) => Instant;
}

const calendars = new Map<Zone, ZoneCalendar>();

/** The calendar of a zone, remembered for the life of the process. */
export const calendarOf = (zone: Zone): ZoneCalendar => {
  const calendar = calendars.get(zone) ?? newCalendar(zone);
  calendars.set(zone, calendar);
  return calendar;
};

const newCalendar = (zone: Zone): ZoneCalendar => {
  const endOf = remembered((day: Day) => endOfDay(zone, day));
  // A UTC day touches three local days at most; the rest is comparing text.
  const around = remembered((utcDay: Day) => ({
    before: addDays(utcDay, -1),
    endOfBefore: endOf(addDays(utcDay, -1)),
    end: endOf(utcDay),
    after: addDays(utcDay, 1),
  }));
  return {
    endOf,
    dayOf: (at) => {
      const utcDay = at.slice(0, 10) as Day;
      const { before, endOfBefore, end, after } = around(utcDay);
      if (at <= endOfBefore) return before;
      return at <= end ? utcDay : after;
    },
  };
};

const remembered = <Key, Value>(work: (key: Key) => Value): ((key: Key) => Value) => {
  const known = new Map<Key, Value>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = work(key);
    known.set(key, made);
    return made;
  };
};
