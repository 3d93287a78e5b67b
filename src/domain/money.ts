import { Decimal } from 'decimal.js';

/** An amount in integer minor units (cents for USD, yen for JPY) with its ISO 4217 currency. */
export interface Money {
  readonly minor: number;
  readonly currency: string;
}

/** Builds an amount. Throws a RangeError unless `minor` is a safe integer and `currency` three capitals. */
export const money = (minor: number, currency: string): Money => {
  if (!Number.isSafeInteger(minor)) throw new RangeError(`amount ${minor} is not a safe integer`);
  if (!/^[A-Z]{3}$/.test(currency))
    throw new RangeError(`currency \`${currency}\` is not ISO 4217`);
  return { minor, currency };
};

/** Adds two amounts of one currency. Throws a RangeError when the currencies differ. */
export const add = (a: Money, b: Money): Money => {
  if (a.currency !== b.currency) throw new RangeError(`cannot add ${a.currency} to ${b.currency}`);
  return money(a.minor + b.minor, a.currency);
};

/** A whole multiple, such as seats × price. Throws a RangeError when `count` is not an integer. */
export const times = (amount: Money, count: number): Money => {
  if (!Number.isSafeInteger(count)) throw new RangeError(`count ${count} is not an integer`);
  return money(amount.minor * count, amount.currency);
};

/** A share in basis points (1 % = 100), rounded half up once, at the end. */
export const share = (amount: Money, basisPoints: number): Money =>
  money(round(new Decimal(amount.minor).times(basisPoints).div(10_000)), amount.currency);

/**
 * Converts at a dated rate: one major unit of `amount.currency` buys `rate` major units of `currency`.
 * `rate` is decimal text, so that no float is ever between a file and a price. Rounded half up.
 */
export const convert = (amount: Money, currency: string, rate: string): Money => {
  const shift = minorDigits(currency) - minorDigits(amount.currency);
  return money(
    round(new Decimal(amount.minor).times(rate).times(new Decimal(10).pow(shift))),
    currency,
  );
};

/** Reads decimal text (`"49.50"`) as minor units. Throws a RangeError when it has too many decimals. */
export const fromDecimal = (text: string, currency: string): Money => {
  const minor = new Decimal(text).times(new Decimal(10).pow(minorDigits(currency)));
  if (!minor.isInteger()) throw new RangeError(`\`${text}\` has too many decimals for ${currency}`);
  return money(minor.toNumber(), currency);
};

/** For people: `$49.50`, `€1,200.00`. */
export const formatMoney = (amount: Money, locale = 'en-US'): string =>
  new Intl.NumberFormat(locale, { style: 'currency', currency: amount.currency }).format(
    // INVARIANT: the quotient is only printed, never calculated with.
    amount.minor / 10 ** minorDigits(amount.currency),
  );

/** Digits after the point that a currency is written with. */
export const minorDigits = (currency: string): number =>
  new Intl.NumberFormat('en-US', { style: 'currency', currency }).resolvedOptions()
    .maximumFractionDigits ?? 2;

const round = (value: Decimal): number =>
  value.toDecimalPlaces(0, Decimal.ROUND_HALF_UP).toNumber();
