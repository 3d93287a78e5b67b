import { add, convert, money, type Money } from '../../domain/money.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import type { Day } from '../../domain/time.ts';

/** The dated rate from a currency into the tenant's: the newest that holds on `day`; `null` when there is none. */
const rateOn = (config: TenantConfig, from: string, day: Day): string | null =>
  config.rates.findLast((rate) => rate.from === from && rate.day <= day)?.rate ?? null;

/** Converts into the tenant's currency at the rate of that day; `null` when no rate is known. */
export const inTenantCurrency = (config: TenantConfig, amount: Money, day: Day): Money | null => {
  if (amount.currency === config.currency) return amount;
  const rate = rateOn(config, amount.currency, day);
  return rate === null ? null : convert(amount, config.currency, rate);
};

/** A sum in the tenant's currency; of an unconvertible amount, its currency. */
export const totalInTenantCurrency = (
  config: TenantConfig,
  amounts: readonly Money[],
  day: Day,
): { readonly total: Money } | { readonly without: string } => {
  const converted = amounts.map((amount) => inTenantCurrency(config, amount, day));
  const lacking = amounts.find((_, index) => converted[index] === null);
  if (lacking !== undefined) return { without: lacking.currency };
  const known = converted.filter((amount) => amount !== null);
  return { total: known.reduce(add, money(0, config.currency)) };
};

/** An amount as a JSON value. Integer minor units with the currency. */
export type MoneyValue = { readonly minor: number; readonly currency: string };

export const moneyValue = ({ minor, currency }: Money): MoneyValue => ({ minor, currency });
