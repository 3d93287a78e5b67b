import { daysBetween, type Day } from '../../domain/time.ts';
import type { AccountView } from '../account-view.ts';
import contract, { type Contract } from '../state/contract.ts';
import { unknown, type Reading } from './define.ts';
import { fromRecords } from './entity-reading.ts';
import { inTenantCurrency, moneyValue, type MoneyValue } from './tenant-money.ts';

export type Renewal = {
  readonly contractId: string;
  readonly renewsOn: Day;
  /** Days until then, counted in the tenant's zone; 0 is today. */
  readonly days: number;
  /** `null` when the contract does not say. */
  readonly autoRenews: boolean | null;
  readonly noticeDays: number | null;
  /** In the tenant's currency; `null` when it is not known or cannot be converted. */
  readonly annualValue: MoneyValue | null;
};

const HORIZON_DAYS = 365;

/** Renewals of active contracts within a year, soonest first; unknown where no contract was ever received. */
export const upcomingRenewals = (view: AccountView): Reading<readonly Renewal[]> => {
  const held = view.current(contract);
  if (held.length === 0 && view.tenantFreshAt(contract.kind) === null) {
    return unknown('no contract was ever received');
  }
  if (held.length === 0) return unknown('no contract of the account is known');
  const renewals = held
    .filter(({ data }) => (data.status ?? 'active') === 'active')
    .map(({ data }) => renewalOf(view, data))
    .filter(({ days }) => days >= 0 && days <= HORIZON_DAYS)
    .sort((a, b) => a.days - b.days || (a.contractId < b.contractId ? -1 : 1));
  return fromRecords(renewals, held);
};

const renewalOf = (view: AccountView, data: Contract): Renewal => {
  const value = data.annualValue;
  const converted = value === undefined ? null : inTenantCurrency(view.config, value, view.today);
  return {
    contractId: data.contractId,
    renewsOn: data.renewsOn,
    days: daysBetween(view.today, data.renewsOn),
    autoRenews: data.autoRenews ?? null,
    noticeDays: data.noticeDays ?? null,
    annualValue: converted === null ? null : moneyValue(converted),
  };
};
