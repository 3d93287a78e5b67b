import type { JsonObject } from '../../domain/json.ts';
import type { Instant } from '../../domain/time.ts';
import { groupBy } from '../group-by.ts';
import type { Held } from './define.ts';
import type { KeyedVersion } from './version-store.ts';

/** When a link's entities are the account's, half-open. */
export interface LinkSpan {
  readonly linkId: string;
  readonly validFrom: Instant;
  readonly validTo: Instant | null;
}

export type AnyHeld = Held<JsonObject>;

/** The parts of versions that fall into the time in which their link was the account's. */
export const withinLinks = (
  versions: readonly KeyedVersion[],
  links: readonly LinkSpan[],
): KeyedVersion[] => {
  const byLink = groupBy(versions, ({ linkId }) => linkId);
  return links.flatMap((span) =>
    (byLink.get(span.linkId) ?? []).flatMap((version) => cut(version, span)),
  );
};

const cut = (version: KeyedVersion, span: LinkSpan): KeyedVersion[] => {
  const validFrom = version.validFrom > span.validFrom ? version.validFrom : span.validFrom;
  const validTo = earlier(version.validTo, span.validTo);
  return validTo !== null && validTo <= validFrom ? [] : [{ ...version, validFrom, validTo }];
};

const earlier = (a: Instant | null, b: Instant | null): Instant | null => {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
};

export const toHeld = ({
  key,
  data,
  validFrom,
  validTo,
  source,
  trust,
  acceptedAt,
}: KeyedVersion): AnyHeld => ({
  key,
  data,
  validFrom,
  validTo,
  source,
  trust,
  acceptedAt,
});

/** Oldest first; what began together by key. */
export const byBeginning = (a: AnyHeld, b: AnyHeld): number => {
  if (a.validFrom !== b.validFrom) return a.validFrom < b.validFrom ? -1 : 1;
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
};

interface Stretch {
  readonly held: AnyHeld;
  /** Since when each field has had its value. */
  readonly since: ReadonlyMap<string, Instant>;
}

/** How much a record is believed about a field: the smallest number most. */
export type Rank = (field: string, held: AnyHeld) => number;

const allAlike: Rank = () => 0;

/**
 * Lays several systems' records of one thing over each other: of each field the most believed value holds, and among
 * equals the one that was changed last. The key field keeps the value of the record that is oldest.
 */
export const overlay = (
  versions: readonly AnyHeld[],
  key: string,
  keyField: string,
  rank: Rank = allAlike,
): AnyHeld[] => {
  const ordered = [...versions].sort(byBeginning);
  const tracks = [...groupBy(ordered, (held) => held.key).values()].map(stretchesOf);
  const oldest = ordered[0]?.data[keyField] ?? null;
  const ends = ordered.flatMap(({ validTo }) => (validTo === null ? [] : [validTo]));
  const moments = [...new Set([...ordered.map(({ validFrom }) => validFrom), ...ends])].sort();
  return moments.flatMap((at, index) => {
    const active = tracks.flatMap((track) => track.filter(({ held }) => isInForce(held, at)));
    const newest = active
      .map(({ held }) => held)
      .sort(byBeginning)
      .at(-1);
    if (newest === undefined) return [];
    const data = { ...merged(active, rank), [keyField]: oldest };
    return [{ ...newest, key, data, validFrom: at, validTo: moments[index + 1] ?? null }];
  });
};

export const isInForce = ({ validFrom, validTo }: AnyHeld, at: Instant): boolean =>
  validFrom <= at && (validTo === null || at < validTo);

const stretchesOf = (versions: readonly AnyHeld[]): readonly Stretch[] => {
  const stretches: Stretch[] = [];
  for (const held of versions) {
    const before = stretches.at(-1);
    const since = Object.entries(held.data).map(([field, value]) => {
      const known = before?.since.get(field);
      const isSame = JSON.stringify(before?.held.data[field]) === JSON.stringify(value);
      return [field, isSame && known !== undefined ? known : held.validFrom] as const;
    });
    stretches.push({ held, since: new Map(since) });
  }
  return stretches;
};

const merged = (active: readonly Stretch[], rank: Rank): JsonObject => {
  const data: Record<string, JsonObject[string]> = {};
  const words = new Map<string, Word>();
  for (const stretch of active) {
    for (const [field, since] of stretch.since) {
      const word = { rank: rank(field, stretch.held), since };
      const known = words.get(field);
      if (known !== undefined && outweighs(known, word)) continue;
      words.set(field, word);
      data[field] = stretch.held.data[field] ?? null;
    }
  }
  return data;
};

interface Word {
  readonly rank: number;
  readonly since: Instant;
}

const outweighs = (known: Word, word: Word): boolean =>
  known.rank === word.rank ? known.since > word.since : known.rank < word.rank;

/** What each record in force at a moment says, and since when it says so: what `overlay` chooses from. */
export const wordsAt = (
  versions: readonly AnyHeld[],
  at: Instant,
): readonly {
  readonly held: AnyHeld;
  readonly since: ReadonlyMap<string, Instant>;
}[] =>
  [...groupBy([...versions].sort(byBeginning), (held) => held.key).values()].flatMap((track) =>
    stretchesOf(track).filter(({ held }) => isInForce(held, at)),
  );
