import type { Trust } from '../../domain/event.ts';
import type { Day, Instant, Zone } from '../../domain/time.ts';
import { calendarOf, type ZoneCalendar } from '../calendar.ts';
import { groupBy } from '../group-by.ts';
import { OWN_NAMESPACE } from '../identity/link-id.ts';

/** That a source spoke of a kind (of entity) or metric, for a day of the tenant's zone. */
export interface FreshnessRow {
  readonly kind: string;
  readonly source: string;
  readonly trust: Trust;
  readonly day: Day;
  readonly lastOccurredAt: Instant;
  readonly lastAcceptedAt: Instant;
}

export interface HeardOf {
  readonly trustedOnly?: boolean;
  /** These sources alone. */
  readonly sources?: readonly string[];
}

export interface Freshness {
  /** Up to when a kind or metric is known at a moment; `null` for never heard of. Never later than the moment. */
  readonly freshAt: (kind: string, now: Instant, of?: HeardOf) => Instant | null;
  /** Whether no client has told anything. */
  readonly fromServersAlone: boolean;
}

/**
 * A source is fresh up to the end of the newest day it spoke of, but no later than it spoke. So history that is
 * imported today is as old as it is, and a daily total is not stale by noon. Rows in the order of their days.
 */
export const freshnessOf = (rows: readonly FreshnessRow[], zone: Zone): Freshness => {
  const calendar = calendarOf(zone);
  const byKind = new Map(
    [...groupBy(rows, ({ kind }) => kind)].map(([kind, own]) => [
      kind,
      [...groupBy(own, ({ source, trust }) => `${trust} ${source}`).values()],
    ]),
  );
  const read = (kind: string, now: Instant, of: HeardOf): Instant | null =>
    (byKind.get(kind) ?? [])
      .filter(([first]) => first !== undefined && isMeant(first, of))
      .map((own) => heardUpTo(own, now, calendar))
      .reduce(latest, null);
  // All accounts of a run ask the same of the same moments.
  const known = new Map<string, Instant | null>();
  return {
    freshAt: (kind, now, of = {}) => {
      const key = `${now} ${of.trustedOnly === true} ${kind} ${of.sources?.join() ?? '*'}`;
      const found = known.get(key);
      if (found !== undefined) return found;
      const made = read(kind, now, of);
      known.set(key, made);
      return made;
    },
    fromServersAlone: rows.every(({ trust }) => trust === 'server'),
  };
};

/** Our own receipts say nothing of others: a CRM that fell silent must not look alive because we send. */
const isMeant = ({ source, trust }: FreshnessRow, { trustedOnly, sources }: HeardOf): boolean =>
  source !== OWN_NAMESPACE &&
  (trustedOnly !== true || trust === 'server') &&
  (sources?.includes(source) ?? true);

const latest = (a: Instant | null, b: Instant | null): Instant | null => {
  if (a === null || b === null) return a ?? b;
  return a > b ? a : b;
};

const heardUpTo = (
  rows: readonly FreshnessRow[],
  now: Instant,
  calendar: ZoneCalendar,
): Instant | null => {
  const today = calendar.dayOf(now);
  for (let index = rows.length - 1; index >= 0; index -= 1) {
    const row = rows[index];
    if (row === undefined || row.day > today) continue;
    const end = calendar.endOf(row.day);
    const until = row.lastAcceptedAt < end ? row.lastAcceptedAt : end;
    if (until <= now) return until;
    // History accepted after the moment that is asked about: its last day counts as a whole.
    if (row.lastOccurredAt <= now) return now;
  }
  return null;
};
