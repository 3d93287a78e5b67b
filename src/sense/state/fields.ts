import { z } from 'zod';
import { toInstant, type Day, type Instant } from '../../domain/time.ts';
import { isCalendarDay, isCanonicalInstant } from '../calendar.ts';

/** Field schemas shared by the entities: they read what sources send and give the program's own forms. */

export const identifier = z.string().trim().min(1).max(200);

export const shortText = z.string().trim().max(500);

/** A moment with an offset; kept in UTC. */
export const instant = z.string().transform((text, context): Instant => {
  if (isCanonicalInstant(text)) return text;
  try {
    return toInstant(text);
  } catch {
    context.addIssue({
      code: 'custom',
      message: `\`${text}\` is not a moment with an offset (2026-01-31T10:00:00Z)`,
    });
    return z.NEVER;
  }
});

/** A calendar day; a moment is refused, since its day depends on a zone. */
export const day = z.string().transform((text, context): Day => {
  if (isCalendarDay(text)) return text as Day;
  context.addIssue({ code: 'custom', message: `\`${text}\` is not a day (2026-01-31)` });
  return z.NEVER;
});

/** Integer minor units with an ISO 4217 currency. */
export const amount = z.object({
  minor: z.number().int().refine(Number.isSafeInteger, 'amount is beyond the safe integers'),
  currency: z.string().regex(/^[A-Z]{3}$/, 'currency is not three capital letters (USD)'),
});

export const positiveInteger = z.number().int().nonnegative();
