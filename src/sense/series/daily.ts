import { dayFromNumber, dayNumber, type Day } from '../../domain/time.ts';
import { BLOCK_DAYS, firstDayOf } from './blocks.ts';
import type { UsageBlock } from './series-store.ts';

/** When a link's usage counts for the account, in days; `to` is the first day that no longer does. */
export interface LinkDays {
  readonly linkId: string;
  readonly from: Day;
  readonly to: Day | null;
  /** Whether a server said whose the link is. */
  readonly trusted: boolean;
}

/** One metric of an account over the days that were loaded. */
export interface DailySeries {
  readonly all: readonly (number | null)[];
  readonly trusted: readonly (number | null)[];
  readonly firstDay: Day | null;
  readonly trustedFirstDay: Day | null;
  readonly sources: readonly string[];
}

/** The days of which series are made: numbers of days since 1970-01-01, both included. */
export interface DayRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Puts the blocks of an account's links together: links add up; of one link and day, counts of client and server add
 * up, and the higher of their levels holds. Levels carry forward; counts are zero from the first day of all.
 */
export const dailySeries = (
  blocks: readonly UsageBlock[],
  links: readonly LinkDays[],
  kind: Kind,
  range: DayRange,
): DailySeries => {
  const own = links.flatMap((link) => blocksOf(blocks, link));
  const all = together(own, kind, range);
  const served = own.map(withoutClients);
  const isAllTrusted = served.every(
    ({ blocks: left }, index) => left.length === own[index]?.blocks.length,
  );
  const trusted = isAllTrusted ? all : together(served, kind, range);
  return {
    all: all.days,
    trusted: trusted.days,
    firstDay: dayOrNone(all.firstDay),
    trustedFirstDay: dayOrNone(trusted.firstDay),
    sources: [
      ...new Set(own.flatMap((link) => link.blocks.flatMap(({ sources }) => sources))),
    ].sort(),
  };
};

const dayOrNone = (number: number): Day | null =>
  number === Infinity ? null : dayFromNumber(number);

type Kind = 'count' | 'level';

interface LinkBlocks {
  /** The first day that counts for the account, and the first that no longer does. */
  readonly from: number;
  readonly to: number;
  readonly trusted: boolean;
  readonly blocks: readonly UsageBlock[];
}

const blocksOf = (blocks: readonly UsageBlock[], link: LinkDays): LinkBlocks[] => {
  const own = blocks.filter(({ linkId }) => linkId === link.linkId);
  if (own.length === 0) return [];
  const to = link.to === null ? Infinity : dayNumber(link.to);
  return [{ from: dayNumber(link.from), to, trusted: link.trusted, blocks: own }];
};

const withoutClients = (link: LinkBlocks): LinkBlocks => ({
  ...link,
  blocks: link.trusted ? link.blocks.filter(({ trust }) => trust === 'server') : [],
});

interface Track {
  /** A value a day, from the first day of the range. */
  readonly days: (number | null)[];
  /** Infinity for none. */
  readonly firstDay: number;
}

const trackOf = ({ from, to, blocks }: LinkBlocks, kind: Kind, range: DayRange): Track => {
  const filled = fill(blocks, kind, range, from, to);
  const days = kind === 'level' ? carry(filled.days, filled.levelBefore) : filled.days;
  for (let index = 0; index < Math.min(from - range.first, days.length); index += 1)
    days[index] = null;
  for (let index = Math.max(0, to - range.first); index < days.length; index += 1)
    days[index] = null;
  return { days, firstDay: filled.firstDay };
};

interface Filled {
  readonly days: (number | null)[];
  /** The first day that counts for the account; Infinity for none. */
  readonly firstDay: number;
  /** The newest level before the range. */
  readonly levelBefore: number | null;
}

/** One pass over the blocks, because a run makes hundreds of thousands of series. */
const fill = (
  blocks: readonly UsageBlock[],
  kind: Kind,
  range: DayRange,
  from: number,
  to: number,
): Filled => {
  const days = new Array<number | null>(range.last - range.first + 1).fill(null);
  let firstDay = Infinity;
  let lastBefore = -Infinity;
  let levelBefore: number | null = null;
  for (const block of blocks) {
    const start = firstDayOf(block.block);
    for (let place = 0; place < BLOCK_DAYS; place += 1) {
      const value = block.days[place] ?? null;
      if (value === null) continue;
      const number = start + place;
      if (number >= from && number < to && number < firstDay) firstDay = number;
      if (number >= range.first && number <= range.last) {
        const index = number - range.first;
        days[index] = combined(days[index] ?? null, value, kind);
      } else if (number < range.first && number >= lastBefore) {
        levelBefore = number === lastBefore ? combined(levelBefore, value, kind) : value;
        lastBefore = number;
      }
    }
  }
  return { days, firstDay, levelBefore };
};

const combined = (before: number | null, value: number, kind: Kind): number => {
  if (before === null) return value;
  return kind === 'level' ? Math.max(before, value) : before + value;
};

const carry = (days: (number | null)[], levelBefore: number | null): (number | null)[] => {
  let level = levelBefore;
  return days.map((value) => (level = value ?? level));
};

const together = (links: readonly LinkBlocks[], kind: Kind, range: DayRange): Track => {
  const tracks = links.map((link) => trackOf(link, kind, range));
  const firstDay = Math.min(Infinity, ...tracks.map((track) => track.firstDay));
  const idle = kind === 'count' ? 0 : null;
  const days = sumOfTracks(tracks, range);
  for (let index = Math.max(0, firstDay - range.first); index < days.length; index += 1) {
    days[index] ??= idle;
  }
  return { days, firstDay };
};

const sumOfTracks = (tracks: readonly Track[], range: DayRange): (number | null)[] => {
  const [only, ...others] = tracks;
  if (only !== undefined && others.length === 0) return only.days;
  const days = new Array<number | null>(range.last - range.first + 1).fill(null);
  for (const track of tracks) {
    for (let index = 0; index < days.length; index += 1) {
      const value = track.days[index] ?? null;
      if (value !== null) days[index] = (days[index] ?? 0) + value;
    }
  }
  return days;
};
