import { namespaceFits, type IdentitySettings } from '../../domain/identity.ts';
import type { AnyHeld, Rank } from '../state/held.ts';
import { OWN_NAMESPACE } from './link-id.ts';

/** The namespace of the id under which a record is kept. */
export type SourceOf = (linkId: string) => string;

/**
 * How much a namespace is believed: its place in the list, after all that are listed where it is not. What a person
 * entered here comes before everything, unless the list gives it a place. Without a list all are alike but that.
 */
export const placeOfSource = (order: readonly string[] | undefined, source: string): number => {
  const place = (order ?? []).findIndex((pattern) => namespaceFits(pattern, source));
  if (place >= 0) return place;
  return source === OWN_NAMESPACE ? -1 : (order ?? []).length;
};

/** The source of truth of each field of the account record; records are told by the link under which they are kept. */
export const accountTruth =
  ({ truth }: IdentitySettings, sourceOf: SourceOf): Rank =>
  (field, held: AnyHeld) =>
    placeOfSource(truth[`account.${field}`], sourceOf(held.key));

/** Of records of a kind that has a source of truth: those of the most believed source that has any. */
export const believedRecords = <Entry extends { readonly linkId: string | null }>(
  entries: readonly Entry[],
  order: readonly string[] | undefined,
  sourceOf: SourceOf,
): readonly Entry[] => {
  if (order === undefined || entries.length === 0) return entries;
  const placed = entries.map((entry) => ({
    entry,
    place: placeOfSource(order, entry.linkId === null ? '' : sourceOf(entry.linkId)),
  }));
  const best = placed.reduce((least, { place }) => Math.min(least, place), Infinity);
  return placed.filter(({ place }) => place === best).map(({ entry }) => entry);
};
