import type { Trust } from '../domain/event.ts';
import { identityOf } from '../domain/identity.ts';
import type { JsonObject } from '../domain/json.ts';
import type { TenantConfig } from '../domain/tenant.ts';
import { dayFromNumber, dayNumber, type Day, type Instant } from '../domain/time.ts';
import type { AccountView, Series, WeekOfAccount } from './account-view.ts';
import { calendarOf, type ZoneCalendar } from './calendar.ts';
import { groupBy } from './group-by.ts';
import { OWN_NAMESPACE } from './identity/link-id.ts';
import { accountTruth, believedRecords } from './identity/truth.ts';
import { dailySeries, type DailySeries, type DayRange } from './series/daily.ts';
import type { Freshness } from './series/freshness.ts';
import type { UsageBlock } from './series/series-store.ts';
import account from './state/account.ts';
import type { EntityType, Held } from './state/define.ts';
import {
  byBeginning,
  isInForce,
  overlay,
  toHeld,
  withinLinks,
  type AnyHeld,
  type Rank,
} from './state/held.ts';
import type { KeyedVersion } from './state/version-store.ts';

/** A link while it is the account's: half-open in time. */
export interface AccountLink {
  readonly linkId: string;
  readonly source: string;
  readonly externalId: string;
  readonly validFrom: Instant;
  readonly validTo: Instant | null;
  readonly trust: Trust;
}

/** What a view is made of: as stored, of one account, bounded by `now`. */
export interface AccountViewInput {
  readonly accountId: string;
  readonly rootAccountId: string;
  readonly config: TenantConfig;
  readonly now: Instant;
  readonly links: readonly AccountLink[];
  /** Of the links' entities. */
  readonly versions: readonly KeyedVersion[];
  /** The tenant's own entities; the same list may serve all accounts. */
  readonly tenantWide: readonly KeyedVersion[];
  readonly usage: readonly UsageBlock[];
  /** The first day of which usage was loaded (and what lies before it that matters). */
  readonly usageFrom: Day;
  readonly freshness: Freshness;
  /** This week against the last of watched metrics, from all sources and from servers alone. */
  readonly weeks?: {
    readonly all: ReadonlyMap<string, WeekOfAccount>;
    readonly trusted: ReadonlyMap<string, WeekOfAccount>;
  };
}

/** The most days that a series gives. */
const LONGEST = 240;

/** What the views of one account at different days share. */
interface Base {
  readonly input: AccountViewInput;
  readonly calendar: ZoneCalendar;
  readonly externalIds: readonly string[];
  readonly entities: (kind: string) => readonly AnyHeld[];
  readonly usage: (metric: string) => DailySeries;
  readonly metrics: readonly string[];
  readonly range: DayRange;
  readonly firstSeen: () => Day | null;
  readonly trustedFirstSeen: () => Day | null;
  readonly fromServersAlone: boolean;
}

/** The account as it stands at `input.now`. Pure: the same input gives the same view. */
export const makeAccountView = (input: AccountViewInput): AccountView =>
  viewAt(baseOf(input), input.now);

const baseOf = (input: AccountViewInput): Base => {
  const calendar = calendarOf(input.config.zone);
  const range = {
    first: dayNumber(input.usageFrom),
    last: dayNumber(calendar.dayOf(input.now)),
  };
  const externalIds = externalIdsOf(input);
  const entities = entitiesOf(input, externalIds);
  const usage = usageOf(input, calendar, range);
  const metrics = [...new Set(input.usage.map(({ metric }) => metric))].sort();
  const usageOnce = remember(usage);
  const firstDay = (of: FirstDay) =>
    once(() => firstDayOf(input, calendar, metrics, usageOnce, of));
  return {
    input,
    calendar,
    externalIds,
    entities: remember(entities),
    usage: usageOnce,
    metrics,
    range,
    firstSeen: firstDay('firstDay'),
    trustedFirstSeen: firstDay('trustedFirstDay'),
    fromServersAlone: isFromServersAlone(input),
  };
};

type FirstDay = 'firstDay' | 'trustedFirstDay';

const isFromServersAlone = ({
  links,
  versions,
  tenantWide,
  usage,
  weeks,
  freshness,
}: AccountViewInput): boolean => {
  const isServed = ({ trust }: { readonly trust: Trust }): boolean => trust === 'server';
  return (
    freshness.fromServersAlone &&
    weeks?.all === weeks?.trusted &&
    [links, versions, tenantWide, usage].every((told) => told.every(isServed))
  );
};

const externalIdsOf = ({ links, now }: AccountViewInput): readonly string[] => {
  const inForce = links.filter(
    ({ source, validFrom, validTo }) =>
      source !== OWN_NAMESPACE && validFrom <= now && (validTo === null || now < validTo),
  );
  return [...new Set(inForce.map(({ externalId }) => externalId))].sort();
};

/** An account's entities are those of links that a server bound: a client may not say whose an invoice is. */
const entitiesOf = (input: AccountViewInput, externalIds: readonly string[]) => {
  const links = input.links.filter(({ trust }) => trust === 'server');
  const own = groupBy(withinLinks(input.versions, links), ({ kind }) => kind);
  const shared = groupBy(input.tenantWide, ({ kind }) => kind);
  const names = new Set([input.accountId, ...ownNames(input), ...externalIds]);
  const sources = new Map(links.map(({ linkId, source }) => [linkId, source]));
  const sourceOf = (linkId: string): string => sources.get(linkId) ?? '';
  const settings = identityOf(input.config);
  return (kind: string): readonly AnyHeld[] => {
    const records = believedRecords(own.get(kind) ?? [], settings.truth[kind], sourceOf);
    if (kind === account.kind) {
      return accountRecords(input.accountId, records, accountTruth(settings, sourceOf));
    }
    const general = (shared.get(kind) ?? []).filter(({ data }) => concerns(data, names));
    return [...records, ...general].map(toHeld).sort(byBeginning);
  };
};

/** Our own ids of accounts that were merged into this one. */
const ownNames = ({ links }: AccountViewInput): readonly string[] =>
  links.flatMap(({ source, externalId }) => (source === OWN_NAMESPACE ? [externalId] : []));

/** A tenant-wide entity that lists accounts is shown to these alone. */
const concerns = ({ accounts }: JsonObject, names: ReadonlySet<string>): boolean =>
  !Array.isArray(accounts) || accounts.some((name) => typeof name === 'string' && names.has(name));

const accountRecords = (
  accountId: string,
  versions: readonly KeyedVersion[],
  rank: Rank,
): readonly AnyHeld[] => {
  const [first] = versions;
  if (first === undefined) return [];
  const isOne = versions.every(({ key }) => key === first.key);
  if (isOne) {
    return versions
      .filter(({ complete }) => complete)
      .map((version) => ({ ...toHeld(version), key: accountId }))
      .sort(byBeginning);
  }
  return overlay(versions.map(toHeld), accountId, account.keyField, rank).filter(
    ({ data }) => account.whole.safeParse(data).success,
  );
};

const usageOf = (input: AccountViewInput, calendar: ZoneCalendar, range: DayRange) => {
  const blocks = groupBy(input.usage, ({ metric }) => metric);
  const links = input.links.map(({ linkId, validFrom, validTo, trust }) => ({
    linkId,
    from: calendar.dayOf(validFrom),
    to: validTo === null ? null : calendar.dayOf(validTo),
    trusted: trust === 'server',
  }));
  return (metric: string): DailySeries =>
    dailySeries(blocks.get(metric) ?? [], links, kindOf(input.config, metric), range);
};

const kindOf = ({ metrics }: TenantConfig, metric: string) =>
  metrics.find(({ id }) => id === metric)?.kind ?? 'count';

const firstDayOf = (
  { versions, links }: AccountViewInput,
  calendar: ZoneCalendar,
  metrics: readonly string[],
  usage: (metric: string) => DailySeries,
  of: FirstDay,
): Day | null => {
  const server = links.filter(({ trust }) => trust === 'server');
  const begun = withinLinks(versions, server).map(({ validFrom }) => calendar.dayOf(validFrom));
  const used = metrics.flatMap((metric) => usage(metric)[of] ?? []);
  return [...begun, ...used].sort()[0] ?? null;
};

const viewAt = (base: Base, now: Instant): AccountView => {
  const { input, calendar, metrics, firstSeen, trustedFirstSeen, fromServersAlone } = base;
  const today = calendar.dayOf(now);
  const history = remember((kind: string) => historyAt(base.entities(kind), now));
  const current = remember((kind: string) => currentAt(history(kind), now));
  const hasBegun = (day: Day | null): boolean => day !== null && day <= today;
  const view: AccountView = {
    accountId: input.accountId,
    externalIds: base.externalIds,
    rootAccountId: input.rootAccountId,
    config: input.config,
    zone: input.config.zone,
    now,
    today,
    get firstSeen() {
      const day = firstSeen();
      return hasBegun(day) ? day : null;
    },
    get trustedFirstSeen() {
      const day = trustedFirstSeen();
      return hasBegun(day) ? day : null;
    },
    fromServersAlone,
    current: <T extends object>({ kind }: EntityType<T>) => current(kind) as readonly Held<T>[],
    history: <T extends object>({ kind }: EntityType<T>) => history(kind) as readonly Held<T>[],
    series: (metric, length) => seriesAt(base, metric, length, today, now),
    weekOverWeek: (metric, { trustedOnly = false } = {}) =>
      now === input.now
        ? (input.weeks?.[trustedOnly ? 'trusted' : 'all'].get(metric) ?? null)
        : null,
    get metrics() {
      return metrics.filter((metric) => hasBegun(base.usage(metric).firstDay));
    },
    tenantFreshAt: (kind) => input.freshness.freshAt(kind, now),
    trustedFreshAt: (kind) => input.freshness.freshAt(kind, now, { trustedOnly: true }),
    at: (day) => (day >= today ? view : viewAt(base, calendar.endOf(day))),
  };
  return view;
};

/** What had begun; an end that was still to come is not known yet. */
const historyAt = (entities: readonly AnyHeld[], now: Instant): readonly AnyHeld[] =>
  entities
    .filter(({ validFrom }) => validFrom <= now)
    .map((held) =>
      held.validTo !== null && held.validTo > now ? { ...held, validTo: null } : held,
    );

const currentAt = (history: readonly AnyHeld[], now: Instant): readonly AnyHeld[] =>
  history.filter((held) => isInForce(held, now)).sort((a, b) => (a.key < b.key ? -1 : 1));

const seriesAt = (
  base: Base,
  metric: string,
  length: number,
  today: Day,
  now: Instant,
): Series | null => {
  const { all, trusted, firstDay, sources } = base.usage(metric);
  if (firstDay === null || firstDay > today) return null;
  const end = dayNumber(today) - base.range.first + 1;
  const { freshness, config } = base.input;
  const known = lastOf(all, end, length);
  return {
    metric,
    kind: kindOf(config, metric),
    all: known,
    trusted: trusted === all ? known : lastOf(trusted, end, length),
    firstDay,
    freshAt: freshness.freshAt(metric, now, { sources }),
    trustedFreshAt: freshness.freshAt(metric, now, { sources, trustedOnly: true }),
    sources,
  };
};

const lastOf = (
  days: readonly (number | null)[],
  end: number,
  length: number,
): (number | null)[] => {
  const wanted = Math.min(length, LONGEST);
  const missing = wanted - end;
  if (missing <= 0) return days.slice(end - wanted, end);
  return [...new Array<null>(missing).fill(null), ...days.slice(0, end)];
};

/** The first day of usage to load for views at `now`: enough for the longest series 90 days earlier. */
export const usageFromFor = (today: Day): Day => dayFromNumber(dayNumber(today) - LONGEST - 90);

const remember = <Value>(work: (key: string) => Value): ((key: string) => Value) => {
  const known = new Map<string, Value>();
  return (key) => {
    if (!known.has(key)) known.set(key, work(key));
    return known.get(key) as Value;
  };
};

const once = <Value>(work: () => Value): (() => Value) => {
  const known = remember(work);
  return () => known('');
};
