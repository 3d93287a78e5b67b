import type { JsonObject } from '../../../domain/json.ts';
import {
  epochMilliseconds,
  startOfDay,
  type Day,
  type Instant,
  type Zone,
} from '../../../domain/time.ts';
import type { Query, StripeApi } from './client.ts';

/** Where a reading is, and how far back it goes. */
export interface Place {
  readonly cursor: string | null;
  /** Objects made before that day are not read, where the type has no end. */
  readonly since: Day | null;
  readonly zone: Zone;
  readonly now: Instant;
}

export interface Page {
  readonly objects: readonly JsonObject[];
  /** `null` at the end. */
  readonly next: string | null;
  readonly readAt: Instant;
}

/** How all objects of one type are read. One file a member of `readers`. */
export interface Reader {
  /** Stripe's name of the type. */
  readonly id: string;
  readonly title: string;
  /** Which is read first: what others name before what names it. */
  readonly order: number;
  /** What a restricted key must be allowed to read, as Stripe's dashboard calls it. */
  readonly permission: string;
  readonly page: (api: StripeApi, place: Place) => Promise<Page>;
  /** What one customer has of it, as it stands now; left out where no effect rests on it. */
  readonly ofCustomer?: (api: StripeApi, customerId: string) => Promise<readonly JsonObject[]>;
  /** The kind of ours whose records should all be found in Stripe, and which of them are known to be gone. */
  readonly holds?: { readonly kind: string; readonly isOver: (data: JsonObject) => boolean };
}

export const defineReader = (reader: Reader): Reader => reader;

const PAGE = 100;

/** One page of a plain list. `dated`: only what was made since the day. */
export const pageOf = async (
  api: StripeApi,
  path: string,
  { cursor, since, zone }: Place,
  options: { readonly dated?: boolean; readonly query?: Query; readonly limit?: number } = {},
): Promise<Page> => {
  const from = options.dated === true && since !== null ? startOfDay(zone, since) : null;
  const { objects, hasMore, readAt } = await api.list(path, {
    limit: options.limit ?? PAGE,
    starting_after: cursor ?? undefined,
    'created[gte]': from === null ? undefined : Math.floor(epochMilliseconds(from) / 1000),
    ...options.query,
  });
  const last = objects.at(-1)?.['id'];
  return { objects, next: hasMore && typeof last === 'string' ? last : null, readAt };
};

/** All objects of a list that is short. */
export const allOf = async (
  api: StripeApi,
  path: string,
  query: Query = {},
): Promise<JsonObject[]> => {
  const all: JsonObject[] = [];
  let cursor: string | undefined;
  for (;;) {
    const { objects, hasMore } = await api.list(path, {
      limit: PAGE,
      starting_after: cursor,
      ...query,
    });
    all.push(...objects);
    const last = objects.at(-1)?.['id'];
    if (!hasMore || typeof last !== 'string') return all;
    cursor = last;
  }
};
