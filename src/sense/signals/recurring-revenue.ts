import { times } from '../../domain/money.ts';
import type { AccountView } from '../account-view.ts';
import { unknown, type Reading } from './define.ts';
import { fromRecords } from './entity-reading.ts';
import { termsOf } from './subscription-terms.ts';
import { moneyValue, totalInTenantCurrency, type MoneyValue } from './tenant-money.ts';

/** Recurring revenue over so many months, in the tenant's currency. */
export const recurringReading = (view: AccountView, months: number): Reading<MoneyValue> => {
  const { counted, ever } = termsOf(view);
  if (!ever) return unknown('no subscription was ever received');
  const paying = counted.filter(({ data }) => !['trialing', 'paused'].includes(data.status));
  const amounts = paying.map(({ data }) => data.mrr);
  const given = amounts.filter((amount) => amount !== undefined);
  const silent = paying.find(({ data }) => data.mrr === undefined);
  if (silent !== undefined) return unknown(whyOf(silent.data));
  const sum = totalInTenantCurrency(view.config, given, view.today);
  return 'without' in sum
    ? unknown(`no rate from ${sum.without} to ${view.config.currency} is known; add one`)
    : fromRecords(moneyValue(times(sum.total, months)), counted);
};

const whyOf = ({ mrrUnknown }: { readonly mrrUnknown?: string | undefined }): string =>
  `a subscription gives no recurring amount${mrrUnknown === undefined ? '' : `: ${mrrUnknown}`}`;
