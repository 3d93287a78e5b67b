import { z } from 'zod';

/** Shapes that recur in Stripe's objects, as lenient as its API versions differ. */

export const id = z.string().min(1).max(200);
export const seconds = z.number().int().nonnegative();
export const optionalSeconds = seconds.nullish();
export const text = z.string().nullish();
export const currency = z.string().regex(/^[a-zA-Z]{3}$/, 'it is not a currency');
export const amount = z.number().int();
export const flag = z.boolean().nullish();

/** An id, or the object itself where somebody asked for it to be expanded. */
export const expandable = z.union([id, z.looseObject({ id })]).nullish();
export type Expandable = z.infer<typeof expandable>;

export const idOf = (value: Expandable): string | null =>
  typeof value === 'string' ? value : (value?.id ?? null);

/** A text as far as our fields hold it; null for an empty one. */
export const shortened = (value: string | null | undefined, length = 500): string | null => {
  const trimmed = (value ?? '').trim().slice(0, length).trim();
  return trimmed === '' ? null : trimmed;
};
