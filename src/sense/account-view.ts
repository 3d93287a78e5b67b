import type { Day, Instant, Zone } from '../domain/time.ts';
import type { TenantConfig } from '../domain/tenant.ts';
import type { DropWatch, WeekOverWeek } from './series/drops.ts';
import type { EntityType, Held } from './state/define.ts';

/** One usage metric of an account, a number a day, the last entry being `view.today`. */
export interface Series {
  readonly metric: string;
  readonly kind: 'count' | 'level';
  /** From all sources. `null`: nothing known of that day (a level not yet seen, or a day before the first event). */
  readonly all: readonly (number | null)[];
  /** From `server` sources alone. */
  readonly trusted: readonly (number | null)[];
  readonly firstDay: Day | null;
  readonly freshAt: Instant | null;
  /** As `freshAt`, over `server` sources alone. */
  readonly trustedFreshAt: Instant | null;
  readonly sources: readonly string[];
}

/** One account's two weeks, and of how many accounts' they are one. */
export type WeekOfAccount = WeekOverWeek & Pick<DropWatch, 'comparable' | 'dropped'>;

/**
 * Everything pure code may know of one account at one moment: what signals, scores and playbooks are worked out from.
 * `at(day)` gives the same account as it stood at the end of an earlier day, from the same loaded data.
 */
export interface AccountView {
  readonly accountId: string;
  /** External ids of every link bound to the account. */
  readonly externalIds: readonly string[];
  /** The topmost parent; the account itself when it has none. */
  readonly rootAccountId: string;
  readonly config: TenantConfig;
  readonly zone: Zone;
  readonly now: Instant;
  readonly today: Day;
  /** The day of the first thing known of the account. */
  readonly firstSeen: Day | null;
  /** The same from `server` sources alone: the first sight of an account may have been a browser's. */
  readonly trustedFirstSeen: Day | null;
  /** Whether no client has sent anything of it, so that all that is known may be trusted. */
  readonly fromServersAlone: boolean;
  /** Entities in force now, of this account or tenant-wide, ordered by key. */
  readonly current: <T extends object>(type: EntityType<T>) => readonly Held<T>[];
  /** All versions that began before now, oldest first. */
  readonly history: <T extends object>(type: EntityType<T>) => readonly Held<T>[];
  /** `null` when nothing was ever received for it. `length` days, at most 240. */
  readonly series: (metric: string, length: number) => Series | null;
  /**
   * A watched metric by the hour, this week against the last, with how all accounts did; `null` where nothing is
   * received by the hour, and for days long past.
   */
  readonly weekOverWeek?: (
    metric: string,
    of?: { readonly trustedOnly?: boolean },
  ) => WeekOfAccount | null;
  /** Metric ids with any data. */
  readonly metrics: readonly string[];
  /** When anything of this kind (entity kind or metric) was last accepted for the tenant; `null` for never. */
  readonly tenantFreshAt: (kind: string) => Instant | null;
  /** As `tenantFreshAt`, of `server` sources alone: what a client key sends must not make a source look alive. */
  readonly trustedFreshAt: (kind: string) => Instant | null;
  readonly at: (day: Day) => AccountView;
}
