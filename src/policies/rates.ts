import { convert, type Money } from '../domain/money.ts';
import type { TenantConfig } from '../domain/tenant.ts';
import { dayIn, type Instant } from '../domain/time.ts';

/** An amount in the tenant's currency at the newest rate that holds on the day; `null` when there is none. */
export const inTenantCurrency = (
  amount: Money,
  config: Pick<TenantConfig, 'currency' | 'rates' | 'zone'>,
  now: Instant,
): Money | null => {
  if (amount.currency === config.currency) return amount;
  const today = dayIn(config.zone, now);
  const rate = config.rates
    .filter(({ from, day }) => from === amount.currency && day <= today)
    .reduce<TenantConfig['rates'][number] | null>(
      (newest, next) => (newest === null || next.day >= newest.day ? next : newest),
      null,
    );
  return rate === null ? null : convert(amount, config.currency, rate.rate);
};
