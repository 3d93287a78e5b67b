import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tieredAmount } from '../../../src/connectors/stripe/source/tiers.ts';

/** The example of Stripe's documentation: https://docs.stripe.com/subscriptions/pricing-models/tiered-pricing. */
const FONTS = [
  { up_to: 5, unit_amount: 700 },
  { up_to: 10, unit_amount: 650 },
  { up_to: null, unit_amount: 600 },
];

const costs = (mode: string, tiers: Parameters<typeof tieredAmount>[1], quantity: number) =>
  tieredAmount(mode, tiers, quantity)?.toNumber() ?? null;

describe('tiers', () => {
  test.each([
    ['volume', 1, 700],
    ['volume', 5, 3500],
    ['volume', 6, 3900],
    ['volume', 20, 12_000],
    ['volume', 25, 15_000],
    ['graduated', 1, 700],
    ['graduated', 5, 3500],
    ['graduated', 6, 4150],
    ['graduated', 20, 12_750],
    ['graduated', 25, 15_750],
  ])('%s: %i units cost %i', (mode, quantity, expected) => {
    expect(costs(mode, FONTS, quantity)).toBe(expected);
    expect(costs(mode, FONTS.toReversed(), quantity)).toBe(expected);
  });

  const FLAT = [
    { up_to: 5, unit_amount: 500, flat_amount: 1000 },
    { up_to: 10, unit_amount: 400, flat_amount: 2000 },
    { up_to: null, unit_amount_decimal: '0.5', flat_amount_decimal: '3000' },
  ];

  test.each([
    ['volume', 0, 1000],
    ['volume', 7, 7 * 400 + 2000],
    ['volume', 12, 12 * 0.5 + 3000],
    ['graduated', 0, 1000],
    ['graduated', 7, 5 * 500 + 1000 + 2 * 400 + 2000],
    ['graduated', 12, 5 * 500 + 1000 + 5 * 400 + 2000 + 2 * 0.5 + 3000],
  ])('%s with flat amounts: %i units cost %d', (mode, quantity, expected) => {
    expect(costs(mode, FLAT, quantity)).toBe(expected);
  });

  test('that were not told, end too early or go by an unknown mode are not worked out', () => {
    expect(costs('volume', null, 3)).toBeNull();
    expect(costs('volume', [], 3)).toBeNull();
    expect(costs('graduated', [{ up_to: 5, unit_amount: 1 }], 6)).toBeNull();
    expect(costs('by the moon', FONTS, 3)).toBeNull();
  });

  test('one tier is a price a unit, in either mode', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(100_000), (quantity, unit) => {
        const one = [{ up_to: null, unit_amount: unit }];
        expect(costs('volume', one, quantity)).toBe(unit * quantity);
        expect(costs('graduated', one, quantity)).toBe(unit * quantity);
      }),
    );
  });
});
