import { dayNumber, hoursBetween } from '../../domain/time.ts';
import type { Day, Instant, Zone } from '../../domain/time.ts';
import type { AccountView } from '../account-view.ts';
import { calendarOf } from '../calendar.ts';

/**
 * How many days a source may be silent before its silence counts as missing data and no longer as `nothing happened`.
 * Counts come daily and may rest over a long weekend; levels are often reported weekly; a month without an invoice is
 * ordinary, two are not.
 */
const MOST_DAYS = { count: 7, level: 14, ticket: 30, invite: 60, invoice: 45 } as const;

/** Kinds whose silence a tenant bounds in its files, by the guard that rests on them. */
const GUARD_OF: Readonly<Record<string, string>> = {
  incident: 'incident',
  deletion_request: 'deletion',
  touch: 'touches',
};

/** `null` while the kind is received and fresh, otherwise why its silence says nothing. */
export const silenceOf = (view: AccountView, kind: string): string | null => {
  const freshAt = view.tenantFreshAt(kind);
  if (freshAt === null) return `no ${words(kind)} was ever received`;
  const guard = view.config.guards[GUARD_OF[kind] ?? ''];
  const days = daysSilent(view, freshAt);
  const isFresh =
    guard === undefined
      ? days <= mostDays(kind)
      : hoursBetween(freshAt, view.now) <= guard.maxAgeHours;
  return isFresh ? null : `the newest ${words(kind)} is ${days} days old`;
};

/** Silence is ordinary for kinds without a bound: accounts, plans, contracts, contacts. */
const mostDays = (kind: string): number =>
  Object.hasOwn(MOST_DAYS, kind) ? MOST_DAYS[kind as keyof typeof MOST_DAYS] : Infinity;

/** `null` while a series is fresh, otherwise why its newest days are missing and not zero. */
export const seriesSilence = (
  view: AccountView,
  kind: 'count' | 'level',
  freshAt: Instant | null,
): string | null => {
  if (freshAt === null) return 'nothing was received for it';
  const days = daysSilent(view, freshAt);
  return days <= MOST_DAYS[kind] ? null : `its source has been silent for ${days} days`;
};

/** The longest that a series may be silent and still be read. */
export const MOST_SILENT_DAYS = Math.max(MOST_DAYS.count, MOST_DAYS.level);

/**
 * How many of the newest days to leave out of a window: today until it is over, and every day since the source's last
 * word, since a day that was not received is not a day without use.
 */
export const unfinishedDays = (view: AccountView, freshAt: Instant): number =>
  Math.max(unfinishedToday(view), daysSilent(view, freshAt));

/** 1 while today goes on, 0 once it is over. */
export const unfinishedToday = (view: AccountView): 0 | 1 =>
  view.now >= calendarOf(view.zone).endOf(view.today) ? 0 : 1;

const daysSilent = (view: AccountView, freshAt: Instant): number =>
  Math.max(0, daysApart(dayOf(view.zone, freshAt), view.today));

/** The day of a moment in a zone. */
export const dayOf = (zone: Zone, at: Instant): Day => calendarOf(zone).dayOf(at);

/** `to − from` in whole days, remembered by day: a back-fill asks for the same few hundred days over and over. */
export const daysApart = (from: Day, to: Day): number => numberOf(to) - numberOf(from);

const numbers = new Map<Day, number>();

const numberOf = (day: Day): number => {
  const known = numbers.get(day);
  if (known !== undefined) return known;
  const number = dayNumber(day);
  numbers.set(day, number);
  return number;
};

const words = (kind: string): string => kind.replaceAll('_', ' ');
