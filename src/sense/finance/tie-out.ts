import { identityOf } from '../../domain/identity.ts';
import { money, type Money } from '../../domain/money.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import { endOfDay, type Day, type Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { groupBy } from '../group-by.ts';
import { listAccounts } from '../identity/account-store.ts';
import { loadAccountViews } from '../load-accounts.ts';
import { recurringReading } from '../signals/recurring-revenue.ts';
import { inTenantCurrency } from '../signals/tenant-money.ts';
import type { EntityType } from '../state/define.ts';
import { statementLines, type StatementLine } from './statement-store.ts';

/** One account held against finance; minor units of the tenant's currency, `null` where not known. */
export interface TiedAccount {
  /** `null`: a line of finance whose account nobody knows. */
  readonly accountId: string | null;
  readonly name: string;
  readonly ours: number | null;
  readonly finance: number | null;
  /** Ours less finance's; what one side does not know counts as nothing there. */
  readonly difference: number;
  readonly ties: boolean;
  /** Why it does not tie out, as far as can be told. */
  readonly because: string | null;
}

export interface TieOut {
  readonly asOf: Day;
  readonly currency: string;
  readonly ours: number;
  readonly finance: number;
  readonly difference: number;
  readonly ties: boolean;
  /** The largest difference first. */
  readonly accounts: readonly TiedAccount[];
}

/** Holds an amount of ours against one of finance's. Pure. */
export const compareArr = (
  ours: number | null,
  finance: number | null,
  toleranceBasisPoints: number,
): { readonly difference: number; readonly ties: boolean } => {
  const difference = (ours ?? 0) - (finance ?? 0);
  const allowed = Math.floor((Math.abs(finance ?? 0) * toleranceBasisPoints) / 10_000);
  return { difference, ties: Math.abs(difference) <= allowed };
};

/**
 * ARR of every account at the end of the statement's day against what finance states, in the tenant's currency at the
 * rates of that day. `null` when no statement was imported.
 */
export const tieOutArr = async (
  tx: TenantTx,
  options: {
    readonly config: TenantConfig;
    readonly entities: readonly EntityType[];
    readonly now: Instant;
    readonly asOf?: Day | undefined;
  },
): Promise<TieOut | null> => {
  const { config } = options;
  const lines = await statementLines(tx, options.asOf);
  const asOf = lines[0]?.asOf;
  if (asOf === undefined) return null;
  const at = earlier(endOfDay(config.zone, asOf), options.now);
  const ours = await ourArr(tx, { ...options, now: at });
  const stated = groupBy(lines, ({ accountId, statementId }) => accountId ?? `? ${statementId}`);
  const ids = [...new Set([...ours.keys(), ...lines.flatMap(({ accountId }) => accountId ?? [])])];
  const named = await listAccounts(tx, { ids, limit: Math.max(1, ids.length) });
  const names = new Map(named.map(({ accountId, name }) => [accountId, name]));
  const tolerance = identityOf(config).arrToleranceBasisPoints;
  const known = ids.map((id) =>
    tie(id, names.get(id) ?? id, ours.get(id), stated.get(id) ?? [], { config, asOf, tolerance }),
  );
  const unmatched = lines
    .filter(({ accountId }) => accountId === null)
    .map((line) =>
      tie(null, `${line.source} ${line.externalId}`, undefined, [line], {
        config,
        asOf,
        tolerance,
      }),
    );
  const accounts = [...known, ...unmatched]
    .filter(({ ours: mine, finance }) => (mine ?? 0) !== 0 || finance !== null)
    .sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference) || (a.name < b.name ? -1 : 1));
  const total = (pick: (each: TiedAccount) => number | null) =>
    accounts.reduce((sum, each) => sum + (pick(each) ?? 0), 0);
  const sums = { ours: total((each) => each.ours), finance: total((each) => each.finance) };
  return {
    asOf,
    currency: config.currency,
    ...sums,
    ...compareArr(sums.ours, sums.finance, tolerance),
    accounts,
  };
};

interface Ours {
  readonly minor: number | null;
  readonly note: string | null;
}

const ourArr = async (
  tx: TenantTx,
  options: Parameters<typeof tieOutArr>[1],
): Promise<ReadonlyMap<string, Ours>> => {
  const found = new Map<string, Ours>();
  const { config, entities, now } = options;
  for await (const views of loadAccountViews(tx, { config, entities, now })) {
    for (const view of views) {
      const { value, note } = recurringReading(view, 12);
      found.set(view.accountId, { minor: value?.minor ?? null, note: note ?? null });
    }
  }
  return found;
};

const tie = (
  accountId: string | null,
  name: string,
  ours: Ours | undefined,
  lines: readonly StatementLine[],
  {
    config,
    asOf,
    tolerance,
  }: { readonly config: TenantConfig; readonly asOf: Day; readonly tolerance: number },
): TiedAccount => {
  const amounts = lines.map(({ arr }) => inTenantCurrency(config, arr, asOf));
  const foreign = lines.find((_, index) => amounts[index] === null)?.arr.currency;
  const finance = lines.length === 0 || foreign !== undefined ? null : sumOf(amounts, config);
  const mine = ours?.minor ?? null;
  const compared = compareArr(mine, finance, tolerance);
  const because =
    foreign !== undefined
      ? `finance states ${foreign}, and tenant.yaml knows no rate for that day`
      : compared.ties
        ? null
        : accountId === null
          ? 'nobody knows whose it is: `retinue unmatched`'
          : lines.length === 0
            ? 'finance has no line for it'
            : mine === null
              ? (ours?.note ?? 'not known here')
              : mine === 0
                ? 'no subscription in force that day'
                : 'the amounts differ';
  return {
    accountId,
    name,
    ours: mine,
    finance,
    because,
    ...compared,
    ties: compared.ties && foreign === undefined,
  };
};

const sumOf = (amounts: readonly (Money | null)[], config: TenantConfig): number =>
  amounts.reduce((sum, amount) => money(sum + (amount?.minor ?? 0), config.currency).minor, 0);

const earlier = (a: Instant, b: Instant): Instant => (a < b ? a : b);
