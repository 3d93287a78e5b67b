import type { Trust } from '../../domain/event.ts';
import { canonicalJson, type Json, type JsonObject } from '../../domain/json.ts';
import type { Instant } from '../../domain/time.ts';
import { groupBy } from '../group-by.ts';
import type { EntityType } from './define.ts';

/** One accepted `<kind>.changed`, its payload already in the program's own forms. */
export interface Change {
  readonly linkId: string | null;
  readonly source: string;
  readonly eventId: string;
  readonly trust: Trust;
  readonly occurredAt: Instant;
  readonly acceptedAt: Instant;
  readonly payload: JsonObject;
}

/** How an entity stood from `validFrom` until just before `validTo` (`null`: still). */
export interface Version {
  readonly validFrom: Instant;
  readonly validTo: Instant | null;
  readonly linkId: string | null;
  readonly data: JsonObject;
  /** Whether it satisfies `whole`; a fold that does not yet is kept and not shown. */
  readonly complete: boolean;
  readonly source: string;
  readonly trust: Trust;
  readonly acceptedAt: Instant;
}

/**
 * Folds the changes of one entity into its versions, in the order in which they occurred (then were accepted, then by
 * event id): fields left out keep their value, `null` clears one. The order in which they are given does not matter.
 * A change that changes nothing makes no version, and of changes at one moment only the result is one.
 */
export const foldVersions = (type: EntityType, changes: readonly Change[]): Version[] => {
  const moments = [...groupBy([...changes].sort(byOccurrence), ({ occurredAt }) => occurredAt)];
  const versions: Version[] = [];
  for (const [validFrom, group] of moments) {
    const before = versions.at(-1);
    const version = { ...group.reduce(overlay, before ?? EMPTY), validFrom };
    if (before !== undefined && isSame(before, version)) continue;
    if (before !== undefined) versions[versions.length - 1] = { ...before, validTo: validFrom };
    versions.push({ ...version, complete: type.whole.safeParse(version.data).success });
  }
  return versions;
};

const byOccurrence = (a: Change, b: Change): number =>
  compare(a.occurredAt, b.occurredAt) ||
  compare(a.acceptedAt, b.acceptedAt) ||
  compare(a.eventId, b.eventId) ||
  compare(a.source, b.source);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

type Draft = Omit<Version, 'validFrom' | 'complete'>;

const EMPTY: Draft = {
  validTo: null,
  linkId: null,
  data: {},
  source: '',
  trust: 'server',
  acceptedAt: '1970-01-01T00:00:00.000Z',
};

const overlay = (before: Draft, change: Change): Draft => ({
  validTo: null,
  linkId: change.linkId ?? before.linkId,
  data: applied(before.data, change.payload),
  source: change.source,
  trust: change.trust,
  acceptedAt: change.acceptedAt,
});

const applied = (data: JsonObject, change: JsonObject): JsonObject => {
  const entries = Object.entries<Json>({ ...data, ...change });
  return Object.fromEntries(entries.filter(([, value]) => value !== null));
};

const isSame = (a: Version, b: Draft): boolean =>
  a.linkId === b.linkId && canonicalJson(a.data) === canonicalJson(b.data);
