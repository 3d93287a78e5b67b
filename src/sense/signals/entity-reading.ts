import type { Json } from '../../domain/json.ts';
import type { AccountView } from '../account-view.ts';
import type { EntityType, Held } from '../state/define.ts';
import { unknown, type Reading } from './define.ts';
import { silenceOf } from './freshness.ts';

/** All that a reading takes from entities comes whole: one is known or it is not. */
const WHOLE = 10_000;

/** A reading that rests on these records. */
export const fromRecords = <V extends Json>(
  value: V,
  held: readonly Held<object>[],
  freshAt: Reading['freshAt'] = newest(held),
): Reading<V> => ({
  value,
  sources: [...new Set(held.map(({ source }) => source))].sort(),
  freshAt,
  coverage: WHOLE,
});

const newest = (held: readonly Held<object>[]): Reading['freshAt'] =>
  held.reduce<Reading['freshAt']>(
    (at, { acceptedAt }) => (at === null || acceptedAt > at ? acceptedAt : at),
    null,
  );

/**
 * A reading of a kind that is watched for bad news. Bad news is known however old; its absence is known only while the
 * kind is fresh, since a silent source has nothing to say.
 */
export const fromWatched = <V extends Json, T extends object>(
  view: AccountView,
  type: EntityType<T>,
  held: readonly Held<T>[],
  { value, isBad }: { readonly value: V; readonly isBad: boolean },
): Reading<V> => {
  const silence = silenceOf(view, type.kind);
  const freshAt = view.tenantFreshAt(type.kind);
  if (!isBad && silence !== null) return unknown(silence, freshAt);
  return fromRecords(value, held, freshAt);
};
