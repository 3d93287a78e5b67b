import type { Trust } from '../../src/domain/event.ts';
import type { TenantConfig } from '../../src/domain/tenant.ts';
import { addDays, dayIn, daysBetween, endOfDay, startOfDay } from '../../src/domain/time.ts';
import type { Day, Instant } from '../../src/domain/time.ts';
import { defaultTenantConfig } from '../../src/platform/config/default.ts';
import type { AccountView, Series, WeekOfAccount } from '../../src/sense/account-view.ts';
import type { EntityType, Held } from '../../src/sense/state/define.ts';

/** A metric: one number a day, the last being the day of `now`. `null` is a day of which nothing is known. */
export interface SeriesInput {
  readonly kind?: 'count' | 'level';
  readonly server?: readonly (number | null)[];
  readonly client?: readonly (number | null)[];
  readonly source?: string;
}

export interface RecordInput {
  readonly data: object;
  readonly from?: Instant;
  readonly to?: Instant | null;
  readonly trust?: Trust;
  readonly source?: string;
}

/** All that is known of one account, written down by hand. */
export interface AccountInput {
  readonly now?: Instant;
  readonly config?: Partial<TenantConfig>;
  readonly metrics?: Readonly<Record<string, SeriesInput>>;
  /** Records by kind. */
  readonly records?: Readonly<Record<string, readonly RecordInput[]>>;
  /** When a kind or metric was last heard of; default: now, for everything that has data. */
  readonly heard?: Readonly<Record<string, Instant | null>>;
  readonly firstSeen?: Day | null;
  /** Watched metrics by the hour, this week against the last. */
  readonly weeks?: Readonly<Record<string, WeekOfAccount>>;
}

export const NOW = '2026-03-31T21:59:59.999Z' as Instant; // the end of the day in Berlin
export const TODAY = '2026-03-31' as Day;

const BASE = defaultTenantConfig({
  id: 'acme',
  name: 'Acme',
  currency: 'USD',
  zone: 'Europe/Berlin',
});

export const testConfig = (differences: Partial<TenantConfig> = {}): TenantConfig => ({
  ...BASE,
  ...differences,
});

/** Days ago → the start of that day in Berlin plus some hours. */
export const daysAgo = (days: number, hours = 9): Instant => {
  const start = startOfDay('Europe/Berlin', addDays(TODAY, -days));
  return new Date(Date.parse(start) + hours * 3_600_000).toISOString() as Instant;
};

const LONG_AGO = '2020-01-01T00:00:00.000Z' as Instant;

/** A view built in memory, with the rules that the loader keeps (client data never in `trusted`). */
export const viewOf = (input: AccountInput = {}): AccountView => {
  const now = input.now ?? NOW;
  const config = testConfig(input.config);
  return at(input, config, now, dayIn(config.zone, now), 0);
};

const at = (
  input: AccountInput,
  config: TenantConfig,
  now: Instant,
  today: Day,
  back: number,
): AccountView => {
  const metrics = Object.entries(input.metrics ?? {});
  const records = (kind: string) =>
    (input.records?.[kind] ?? []).filter((r) => (r.from ?? LONG_AGO) <= now);
  const heardOf = (kind: string, trust: readonly Trust[]): Instant | null => {
    const heard = input.heard?.[kind];
    if (heard !== undefined) return heard === null || heard < now ? heard : now;
    const series = input.metrics?.[kind];
    const sent = trust.some((one) => series?.[one]?.some((value) => value !== null) === true);
    const told = records(kind).some((record) => trust.includes(record.trust ?? 'server'));
    return sent || told ? now : null;
  };
  const held = <T extends object>(type: EntityType<T>): Held<T>[] =>
    records(type.kind).map((record) => {
      const data = record.data as Record<string, unknown>;
      return {
        key: String(data[type.keyField]),
        data: data as T,
        validFrom: record.from ?? LONG_AGO,
        validTo: record.to ?? null,
        source: record.source ?? 'crm',
        trust: record.trust ?? 'server',
        acceptedAt: record.from ?? LONG_AGO,
      };
    });
  const view: AccountView = {
    accountId: 'acc-test',
    externalIds: [],
    rootAccountId: 'acc-test',
    config,
    zone: config.zone,
    now,
    today,
    firstSeen: input.firstSeen === undefined ? '2024-01-01' : input.firstSeen,
    trustedFirstSeen: null,
    fromServersAlone: false,
    current: (type) =>
      held(type)
        .filter(({ validTo }) => validTo === null || validTo > now)
        .sort((a, b) => (a.key < b.key ? -1 : 1)),
    history: (type) => held(type).sort((a, b) => (a.validFrom < b.validFrom ? -1 : 1)),
    series: (metric, length) => {
      const one = input.metrics?.[metric];
      if (one === undefined) return null;
      return seriesOf(metric, one, length, back, today, {
        freshAt: heardOf(metric, ['client', 'server']),
        trustedFreshAt: heardOf(metric, ['server']),
      });
    },
    weekOverWeek: (metric) => input.weeks?.[metric] ?? null,
    metrics: metrics.map(([id]) => id).sort(),
    tenantFreshAt: (kind) => heardOf(kind, ['client', 'server']),
    trustedFreshAt: (kind) => heardOf(kind, ['server']),
    at: (day) => at(input, config, endOfDay(config.zone, day), day, back + daysBetween(day, today)),
  };
  return view;
};

const seriesOf = (
  metric: string,
  { kind = 'count', server = [], client = [], source = 'product' }: SeriesInput,
  length: number,
  back: number,
  today: Day,
  fresh: Pick<Series, 'freshAt' | 'trustedFreshAt'>,
): Series | null => {
  const whole = Math.max(server.length, client.length);
  const pad = (days: readonly (number | null)[]) => [
    ...Array.from({ length: whole - days.length }, () => null),
    ...days,
  ];
  const until = whole - back;
  const trusted = pad(server).slice(0, Math.max(0, until));
  const other = pad(client).slice(0, Math.max(0, until));
  const all = trusted.map((value, index) => plus(value, other[index] ?? null, kind));
  const first = all.findIndex((value) => value !== null);
  if (first < 0) return null;
  return {
    metric,
    kind,
    all: lastDays(all, length),
    trusted: lastDays(trusted, length),
    firstDay: addDays(today, first - (all.length - 1)),
    sources: [source],
    ...fresh,
  };
};

const plus = (a: number | null, b: number | null, kind: 'count' | 'level'): number | null => {
  if (a === null || b === null) return a ?? b;
  return kind === 'count' ? a + b : Math.max(a, b);
};

const lastDays = (days: readonly (number | null)[], length: number): (number | null)[] =>
  Array.from({ length }, (_, index) => days[days.length - length + index] ?? null);

/** `length` days of a steady amount, optionally with other amounts at the end. */
export const daily = (
  length: number,
  amount: number,
  ...endings: readonly (readonly [days: number, amount: number])[]
): number[] => {
  const tail = endings.flatMap(([days, value]) => Array.from({ length: days }, () => value));
  return [...Array.from({ length: length - tail.length }, () => amount), ...tail];
};
