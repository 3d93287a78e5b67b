import { Decimal } from 'decimal.js';
import { z } from 'zod';
import { text } from './shapes.ts';

const tier = z.looseObject({
  /** The last unit of the tier; `null`: it has no end. */
  up_to: z.number().nullable(),
  unit_amount: z.number().nullish(),
  unit_amount_decimal: text,
  flat_amount: z.number().nullish(),
  flat_amount_decimal: text,
});

/** What a price of tiers says of itself. The tiers come only when asked for. */
export const tierFields = { tiers_mode: text, tiers: z.array(tier).nullish() };

type Tier = z.infer<typeof tier>;

/**
 * What so many units cost in one period, in Stripe's smallest unit: `volume`, all units at the price of the tier that the
 * quantity falls into; `graduated`, the units of each tier at its price; each with the flat amounts of the tiers reached,
 * the first one always (https://docs.stripe.com/subscriptions/pricing-models/tiered-pricing). `null` where the tiers were
 * not told, end below the quantity, or go by another mode.
 */
export const tieredAmount = (
  mode: string | null | undefined,
  tiers: readonly Tier[] | null | undefined,
  quantity: number,
): Decimal | null => {
  const sorted = (tiers ?? []).toSorted((a, b) => (a.up_to ?? Infinity) - (b.up_to ?? Infinity));
  const reached = sorted.findIndex(({ up_to: last }) => last === null || quantity <= last);
  const own = sorted[reached];
  if (own === undefined) return null;
  if (mode === 'volume') return unitsAt(own, quantity).plus(flatOf(own));
  if (mode !== 'graduated') return null;
  return sorted.slice(0, reached + 1).reduce((sum, each, index) => {
    const before = sorted[index - 1]?.up_to ?? 0;
    const units = Math.min(quantity, each.up_to ?? Infinity) - before;
    return sum.plus(unitsAt(each, units)).plus(flatOf(each));
  }, new Decimal(0));
};

const unitsAt = (of: Tier, units: number): Decimal =>
  new Decimal(of.unit_amount_decimal ?? of.unit_amount ?? 0).times(units);

const flatOf = (of: Tier): Decimal => new Decimal(of.flat_amount_decimal ?? of.flat_amount ?? 0);
