import { Temporal } from 'temporal-polyfill';

/** A moment, always in the canonical form `2026-11-21T22:45:48.000Z`: UTC, milliseconds. Sorts as text. */
export type Instant = `${number}-${number}-${number}T${string}Z`;

/** A calendar day in the tenant's billing zone, `2026-11-21`. Sorts as text. */
export type Day = `${number}-${number}-${number}`;

/** An IANA time zone name, such as `Europe/Berlin`. */
export type Zone = string;

const MILLISECONDS_A_DAY = 86_400_000;

/** Reads any ISO 8601 moment that carries an offset. Throws a RangeError when it carries none or is not a date. */
export const toInstant = (text: string): Instant =>
  fromEpochMilliseconds(Temporal.Instant.from(text).epochMilliseconds);

/** Throws a RangeError for a number that is no moment. */
export const fromEpochMilliseconds = (milliseconds: number): Instant =>
  // A Date is used here alone, as a formatter: it is forty times as fast as Temporal in the innermost loops.
  new Date(milliseconds).toISOString() as Instant;

export const epochMilliseconds = (at: Instant): number => Date.parse(at);

/** Reads a calendar day. Throws a RangeError for an impossible one (`2026-02-30`). */
export const toDay = (text: string): Day =>
  Temporal.PlainDate.from(text, { overflow: 'reject' }).toString() as Day;

/** Whole days since 1970-01-01. */
export const dayNumber = (day: Day): number => {
  // Cut at fixed places: a run over many accounts asks this a million times.
  const [year, month, date] = [day.slice(0, 4), day.slice(5, 7), day.slice(8)];
  return Math.round(Date.UTC(Number(year), Number(month) - 1, Number(date)) / MILLISECONDS_A_DAY);
};

/** The inverse of `dayNumber`. */
export const dayFromNumber = (number: number): Day =>
  fromEpochMilliseconds(number * MILLISECONDS_A_DAY).slice(0, 10) as Day;

/** The calendar day on which a moment falls in a zone. */
export const dayIn = (zone: Zone, at: Instant): Day =>
  Temporal.Instant.from(at).toZonedDateTimeISO(zone).toPlainDate().toString() as Day;

/** The first moment of a day in a zone (a day may start at 01:00 where clocks change at midnight). */
export const startOfDay = (zone: Zone, day: Day): Instant =>
  fromEpochMilliseconds(
    Temporal.PlainDate.from(day).toZonedDateTime(zone).startOfDay().epochMilliseconds,
  );

/** The last millisecond of a day in a zone: the moment a run `--as-of` that day stands at. */
export const endOfDay = (zone: Zone, day: Day): Instant =>
  addMilliseconds(startOfDay(zone, addDays(day, 1)), -1);

/** Hour of day 0–23 in a zone. */
export const hourIn = (zone: Zone, at: Instant): number =>
  Temporal.Instant.from(at).toZonedDateTimeISO(zone).hour;

/** ISO day of week in a zone: 1 is Monday, 7 is Sunday. */
export const weekdayIn = (zone: Zone, at: Instant): number =>
  Temporal.Instant.from(at).toZonedDateTimeISO(zone).dayOfWeek;

export const addDays = (day: Day, days: number): Day => dayFromNumber(dayNumber(day) + days);

/** `to − from` in whole days; negative when `to` is earlier. */
export const daysBetween = (from: Day, to: Day): number => dayNumber(to) - dayNumber(from);

export const addMilliseconds = (at: Instant, milliseconds: number): Instant =>
  fromEpochMilliseconds(epochMilliseconds(at) + milliseconds);

export const addMinutes = (at: Instant, minutes: number): Instant =>
  addMilliseconds(at, minutes * 60_000);

export const addHours = (at: Instant, hours: number): Instant => addMinutes(at, hours * 60);

/** `to − from` in hours, with fractions. */
export const hoursBetween = (from: Instant, to: Instant): number =>
  (epochMilliseconds(to) - epochMilliseconds(from)) / 3_600_000;

/** The earliest moment not before `at` that lies at `hour`:00 local time or later, on a weekday when asked. */
export const nextLocalHour = (
  zone: Zone,
  at: Instant,
  hour: number,
  options: { readonly weekdaysOnly?: boolean } = {},
): Instant => {
  const zoned = Temporal.Instant.from(at).toZonedDateTimeISO(zone);
  let candidate = zoned.with({
    hour,
    minute: 0,
    second: 0,
    millisecond: 0,
    microsecond: 0,
    nanosecond: 0,
  });
  if (Temporal.ZonedDateTime.compare(candidate, zoned) < 0) candidate = candidate.add({ days: 1 });
  while (options.weekdaysOnly === true && candidate.dayOfWeek > 5) {
    candidate = candidate.add({ days: 1 });
  }
  return fromEpochMilliseconds(candidate.epochMilliseconds);
};

/** Adds business days (Monday to Friday, less the given holidays) to a day. */
export const addBusinessDays = (day: Day, days: number, holidays: readonly Day[] = []): Day => {
  const closed = new Set<Day>(holidays);
  let current = day;
  let left = days;
  while (left > 0) {
    current = addDays(current, 1);
    if (isWeekday(current) && !closed.has(current)) left -= 1;
  }
  return current;
};

const isWeekday = (day: Day): boolean => Temporal.PlainDate.from(day).dayOfWeek <= 5;
