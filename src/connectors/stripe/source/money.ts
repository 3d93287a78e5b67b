import { Decimal } from 'decimal.js';
import { minorDigits, money, type Money } from '../../../domain/money.ts';

/** Currencies of which Stripe counts whole units (https://docs.stripe.com/currencies#zero-decimal). */
const WHOLE = new Set('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '));
/** Currencies of which it counts thousandths. All others it counts in hundredths, ISK and UGX included. */
const THOUSANDTHS = new Set('BHD JOD KWD OMR TND'.split(' '));

const stripeDigits = (currency: string): number =>
  WHOLE.has(currency) ? 0 : THOUSANDTHS.has(currency) ? 3 : 2;

/**
 * An amount of Stripe's (its smallest unit, perhaps as decimal text with fractions of it) as money of ours, rounded half
 * up once. Throws a RangeError for what is no currency or beyond the safe integers.
 */
export const stripeMoney = (amount: Decimal.Value, currency: string): Money => {
  const code = currency.toUpperCase();
  const shift = minorDigits(code) - stripeDigits(code);
  const minor = new Decimal(amount).times(new Decimal(10).pow(shift));
  return money(minor.toDecimalPlaces(0, Decimal.ROUND_HALF_UP).toNumber(), code);
};
