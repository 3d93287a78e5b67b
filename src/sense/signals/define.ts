import type { Fact } from '../../domain/fact.ts';
import type { Json } from '../../domain/json.ts';
import type { Instant } from '../../domain/time.ts';
import type { AccountView } from '../account-view.ts';
import { trustedOnly } from './trusted-view.ts';

/** One thing worked out about an account. One file a member in this folder, named after its id. Pure. */
export interface Signal<V extends Json = Json> {
  /** In snake case, such as `login_trend`. */
  readonly id: string;
  readonly title: string;
  /** The formula in words and its source. */
  readonly formula: string;
  readonly unit: string;
  /** Metrics and entity kinds it needs, for `doctor` and for the property that removing one unlocks nothing. */
  readonly needs: readonly string[];
  readonly derive: (view: AccountView) => Fact<V>;
  /** `value` alone, for days long past of which nobody asks what may be trusted. */
  readonly deriveValue: (view: AccountView) => Fact<V>;
}

/** What a signal reads from one view. `null` is unknown, with a note that says why. */
export interface Reading<V extends Json = Json> {
  readonly value: V | null;
  readonly sources: readonly string[];
  readonly freshAt: Instant | null;
  /** Basis points of the days or inputs it would need. */
  readonly coverage: number;
  readonly note?: string;
}

export const unknown = (note: string, freshAt: Instant | null = null): Reading<never> => ({
  value: null,
  sources: [],
  freshAt,
  coverage: 0,
  note,
});

/**
 * A signal is read twice: from everything, and from server data alone, which gives `trustedValue`. Both readings are
 * the same code, so that what a client key sends can move `value` and nothing else. Once is enough of an account of
 * which no client has sent anything.
 */
export const defineSignal = <V extends Json>(
  signal: Omit<Signal<V>, 'derive' | 'deriveValue'> & {
    readonly read: (view: AccountView) => Reading<V>;
  },
): Signal<V> => {
  const { read, ...named } = signal;
  return {
    ...named,
    derive: (view) => {
      const reading = read(view);
      const trusted = view.fromServersAlone ? reading : read(trustedOnly(view));
      return factOf(reading, trusted.value, signal.unit);
    },
    deriveValue: (view) => factOf(read(view), null, signal.unit),
  };
};

const factOf = <V extends Json>(
  { value, sources, freshAt, coverage, note }: Reading<V>,
  trustedValue: V | null,
  unit: string,
): Fact<V> => {
  if (value === null) {
    const why = note ?? 'not known';
    return { value, trustedValue, unit, sources: [], freshAt, coverage: 0, note: why };
  }
  return note === undefined
    ? { value, trustedValue, unit, sources, freshAt, coverage }
    : { value, trustedValue, unit, sources, freshAt, coverage, note };
};
