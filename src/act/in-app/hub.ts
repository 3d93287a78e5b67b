import type { Instant } from '../../domain/time.ts';
import type { Database } from '../../platform/db/database.ts';
import { describeError, scoped } from '../../platform/log.ts';
import { shownNow, type ShownMessage, type Viewer } from './messages.ts';

/** What changed for a viewer, and what they are shown after it. */
export interface Change {
  readonly added: readonly ShownMessage[];
  readonly withdrawn: readonly string[];
  /** Everything shown now: a viewer who comes back with it is told only what is different by then. */
  readonly standing: readonly string[];
}

export interface Hub {
  /**
   * Tells a viewer what differs from what they know, now and whenever it changes. `over` is called once, when the token
   * has run out or the hub closes. Returns how to leave; `null` where too many are here already.
   */
  readonly join: (listener: Listener) => (() => void) | null;
  readonly close: () => void;
}

export interface Listener {
  readonly viewer: Viewer;
  /** Ids of the messages that the viewer has. */
  readonly knows: readonly string[];
  readonly tell: (change: Change) => void;
  readonly over: () => void;
}

interface Seat {
  readonly listener: Listener;
  known: ReadonlySet<string>;
}

const EVERY_MILLISECONDS = 2_000;
const MOST_SEATS = 5_000;

/**
 * Watches for everybody who is connected to this process: one query a tenant and look, however many there are. It
 * compares what is shown with what each one knows, rather than following a sequence: so nothing can be passed over,
 * whatever commits when and whichever process wrote it.
 */
export const openHub = (options: {
  readonly db: Database;
  readonly now: () => Instant;
  readonly everyMilliseconds?: number;
}): Hub => {
  const seats = new Set<Seat>();
  let timer: NodeJS.Timeout | null = null;
  let looking = false;
  const leave = (seat: Seat): void => {
    if (seats.delete(seat)) seat.listener.over();
  };
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    try {
      const now = options.now();
      for (const seat of seats) if (seat.listener.viewer.expiresAt <= now) leave(seat);
      for (const [tenantId, own] of byTenant(seats)) await lookFor(options.db, tenantId, own, now);
    } finally {
      looking = false;
      arrange();
    }
  };
  const arrange = (soon = false): void => {
    if (seats.size === 0 || (timer !== null && !soon)) return;
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(
      () => {
        timer = null;
        void look();
      },
      soon ? 0 : (options.everyMilliseconds ?? EVERY_MILLISECONDS),
    );
    timer.unref();
  };
  return {
    join: (listener) => {
      if (seats.size >= MOST_SEATS) return null;
      const seat: Seat = { listener, known: new Set(listener.knows) };
      seats.add(seat);
      arrange(true);
      return () => seats.delete(seat);
    },
    close: () => {
      if (timer !== null) clearTimeout(timer);
      for (const seat of seats) leave(seat);
    },
  };
};

const byTenant = (seats: Iterable<Seat>): Map<string, Seat[]> => {
  const tenants = new Map<string, Seat[]>();
  for (const seat of seats) {
    const { tenantId } = seat.listener.viewer;
    tenants.set(tenantId, [...(tenants.get(tenantId) ?? []), seat]);
  }
  return tenants;
};

/** One tenant's fault is not the others'; the next look comes soon. */
const lookFor = async (
  db: Database,
  tenantId: string,
  seats: readonly Seat[],
  now: Instant,
): Promise<void> => {
  try {
    const viewers = seats.map(({ listener }) => listener.viewer);
    const shown = await db.withTenant(tenantId, (tx) => shownNow(tx, viewers, now));
    seats.forEach((seat, index) => tell(seat, shown[index] ?? []));
  } catch (error) {
    scoped({ tenantId }).error(describeError(error), 'in-app messages could not be read');
  }
};

const tell = (seat: Seat, shown: readonly ShownMessage[]): void => {
  const standing = shown.map(({ id }) => id);
  const added = shown.filter(({ id }) => !seat.known.has(id));
  const withdrawn = [...seat.known].filter((id) => !standing.includes(id));
  if (added.length === 0 && withdrawn.length === 0) return;
  seat.known = new Set(standing);
  seat.listener.tell({ added, withdrawn, standing });
};
