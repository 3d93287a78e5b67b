import type { Trust } from '../../domain/event.ts';
import {
  addDays,
  dayIn,
  hoursBetween,
  startOfDay,
  type Day,
  type Instant,
  type Zone,
} from '../../domain/time.ts';

/** A week's amount below which a change is chance. */
export const LEAST_WEEK = 50;

/** The seven days up to a moment, and the seven before them: the same weekdays, and as much of the last one. */
export interface WeekOverWeek {
  readonly recent: number;
  readonly before: number;
  /** Up to when the source has told, in whole hours. */
  readonly until: Instant;
}

/** How all of a tenant's accounts did in a metric. */
export interface DropWatch {
  readonly metric: string;
  readonly lookedAt: Instant;
  readonly until: Instant;
  readonly comparable: number;
  readonly dropped: number;
}

/**
 * Whether so many dropped together that it is the source, an outage or a holiday, and no customer's doing: more than
 * half of those with a week to compare with, and more than one.
 */
export const isShared = ({
  comparable,
  dropped,
}: Pick<DropWatch, 'comparable' | 'dropped'>): boolean => dropped > 1 && dropped * 2 > comparable;

/** From a moment on, and before another. */
export interface Span {
  readonly from: Instant;
  readonly to: Instant;
}

/** The furthest back that anything is compared with: two weeks, and the day that has begun. */
const REACH_DAYS = 15;

/**
 * What is left out of both weeks, so that working days are compared with working days: each holiday, and the same
 * weekday a week before and after it. Pure.
 */
export const leftOut = (
  { holidays, zone }: { readonly holidays: readonly Day[]; readonly zone: Zone },
  now: Instant,
): Span[] => {
  const today = dayIn(zone, now);
  const near = holidays.filter((day) => day <= today && day > addDays(today, -REACH_DAYS));
  const days = new Set(near.flatMap((day) => [addDays(day, -7), day, addDays(day, 7)]));
  return [...days].sort().map((day) => ({
    from: startOfDay(zone, day),
    to: startOfDay(zone, addDays(day, 1)),
  }));
};

/** One link's two weeks in a metric. */
export type LinkWeek = WeekOverWeek & {
  readonly linkId: string;
  readonly metric: string;
  readonly trust: Trust;
};

type Week = WeekOverWeek & Pick<DropWatch, 'comparable' | 'dropped'>;

/** A source that has told nothing for a day does not tell of a drop. */
const MOST_SILENT_HOURS = 24;

/** The weeks of one account: its links add up. From all sources, and from servers alone. Pure. */
export const weeksOf = (
  links: readonly LinkWeek[],
  watches: readonly DropWatch[],
  now: Instant,
): { readonly all: ReadonlyMap<string, Week>; readonly trusted: ReadonlyMap<string, Week> } => {
  const fresh = watches.filter(
    ({ until }) => until <= now && hoursBetween(until, now) <= MOST_SILENT_HOURS,
  );
  const sum = (own: readonly LinkWeek[]): ReadonlyMap<string, Week> =>
    new Map(
      fresh.flatMap(({ metric, until, comparable, dropped }) => {
        const weeks = own.filter((week) => week.metric === metric);
        if (weeks.length === 0) return [];
        const total = (pick: (week: LinkWeek) => number) =>
          weeks.reduce((all, week) => all + pick(week), 0);
        const [recent, before] = [total((week) => week.recent), total((week) => week.before)];
        return [[metric, { recent, before, until, comparable, dropped }]];
      }),
    );
  const all = sum(links);
  const served = links.filter(({ trust }) => trust === 'server');
  return { all, trusted: served.length === links.length ? all : sum(served) };
};
