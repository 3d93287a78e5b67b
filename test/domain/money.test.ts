import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  convert,
  formatMoney,
  fromDecimal,
  money,
  share,
  times,
} from '../../src/domain/money.ts';

describe('money', () => {
  it('refuses what is not whole minor units of a currency', () => {
    expect(() => money(1.5, 'USD')).toThrow(RangeError);
    expect(() => money(2 ** 53, 'USD')).toThrow(RangeError);
    expect(() => money(1, 'usd')).toThrow(RangeError);
    expect(() => add(money(1, 'USD'), money(1, 'EUR'))).toThrow(RangeError);
    expect(() => times(money(1, 'USD'), 0.5)).toThrow(RangeError);
  });

  it.each([
    ['49.50', 'USD', 4950],
    ['1200', 'JPY', 1200],
    ['0.07', 'EUR', 7],
  ])('reads %s %s as %i', (text, currency, minor) =>
    expect(fromDecimal(text, currency)).toEqual({ minor, currency }),
  );

  it('refuses more decimals than the currency has', () =>
    expect(() => fromDecimal('1.5', 'JPY')).toThrow(RangeError));

  it.each([
    [999, 1000, 100],
    [995, 1000, 100],
    [994, 1000, 99],
    [10_000, 1, 1],
  ])('%i at %i basis points is %i', (minor, basisPoints, expected) =>
    expect(share(money(minor, 'USD'), basisPoints).minor).toBe(expected),
  );

  it('a share and its complement differ from the whole by at most one unit', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e12 }),
        fc.integer({ min: 0, max: 10_000 }),
        (minor, points) => {
          const whole = money(minor, 'USD');
          const sum = share(whole, points).minor + share(whole, 10_000 - points).minor;
          expect(Math.abs(sum - minor)).toBeLessThanOrEqual(1);
        },
      ),
    ));

  it('converts at a dated rate between currencies of different decimals', () => {
    expect(convert(money(10_000, 'USD'), 'JPY', '149.5')).toEqual({
      minor: 14_950,
      currency: 'JPY',
    });
    expect(convert(money(14_950, 'JPY'), 'USD', '0.00669')).toEqual({
      minor: 10_002,
      currency: 'USD',
    });
  });

  it('is written as people write it', () =>
    expect(formatMoney(money(120_050, 'EUR'))).toBe('€1,200.50'));
});
