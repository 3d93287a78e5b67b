import { z } from 'zod';
import { fromDecimal, type Money } from '../../domain/money.ts';
import { dayIn, toDay, toInstant, type Day, type Instant } from '../../domain/time.ts';

/** Field schemas of the tenant's files: they read what a person writes and give the program's own forms. */

/** Names of plans, owners, features, metrics … as other files and sources use them. */
export const identifier = z
  .string({ error: 'write a name in quotes' })
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'use letters, digits, `_`, `-` and `.` only')
  .max(100);

export const text = z.string().trim().min(1, 'must not be empty').max(500);

export const wholeNumber = z
  .number({ error: 'write a whole number' })
  .int('write a whole number')
  .min(0, 'must not be negative');

export const currency = z.string().refine((code) => CURRENCIES.has(code), {
  error: 'is not an ISO 4217 currency: write three capital letters, such as `USD`',
});

const CURRENCIES = new Set(Intl.supportedValuesOf('currency'));

export const zone = z.string().refine(isZone, {
  error: 'is not a time zone: write an IANA name, such as `America/New_York`',
});

function isZone(name: string): boolean {
  try {
    // An offset (`+02:00`) is no zone: it does not know when clocks change.
    return /^[A-Za-z]/.test(name) && dayIn(name, '1970-01-01T00:00:00.000Z').length > 0;
  } catch {
    return false;
  }
}

const DAY_FORM = 'write a day, such as `2026-01-31`';

export const day = z
  .string({ error: DAY_FORM })
  .regex(/^\d{4}-\d{2}-\d{2}$/, DAY_FORM)
  .transform((written, context): Day => {
    try {
      return toDay(written);
    } catch {
      context.addIssue({ code: 'custom', message: 'is not a day of the calendar' });
      return z.NEVER;
    }
  });

export const instant = z.string().transform((written, context): Instant => {
  try {
    return toInstant(written);
  } catch {
    context.addIssue({
      code: 'custom',
      message: 'write a moment with its offset, such as `2026-01-31T10:00:00Z`',
    });
    return z.NEVER;
  }
});

const AMOUNT = /^(\d{1,12}(?:\.\d{1,4})?) ([A-Z]{3})$/;
const AMOUNT_FORM = 'write the figure and the currency, such as `49.00 USD`';

/** `49.00 USD`: read as decimal text, so that no float is ever between a file and a price. */
export const amount = z
  .string({ error: AMOUNT_FORM })
  .regex(AMOUNT, AMOUNT_FORM)
  .transform((written, context): Money => {
    const [figure = '', code = ''] = written.split(' ');
    try {
      if (CURRENCIES.has(code)) return fromDecimal(figure, code);
      context.addIssue({ code: 'custom', message: `\`${code}\` is not an ISO 4217 currency` });
    } catch (error) {
      const reason = error instanceof RangeError ? error.message : 'is not an amount';
      context.addIssue({ code: 'custom', message: reason });
    }
    return z.NEVER;
  });

/** `12.5%`: as basis points. */
export const percent = z
  .string({ error: 'write a percentage, such as `10%`' })
  .regex(/^\d{1,3}(\.\d{1,2})?%$/, 'write a percentage, such as `10%` or `12.5%`')
  .transform((written) => Math.round(Number(written.slice(0, -1)) * 100))
  .refine((basisPoints) => basisPoints <= 10_000, 'must not be above `100%`');

/** Decimal text of a rate. A number without quotes would pass through a float. */
export const rate = z
  .string({ error: 'write the rate in quotes, such as `"1.0842"`' })
  .regex(/^\d{1,9}(\.\d{1,12})?$/, 'write a decimal figure in quotes, such as `"1.0842"`')
  .refine((written) => Number(written) > 0, 'must be above zero');

/** A hour of the day, 0–23. */
export const hour = z
  .number({ error: 'write an hour from 0 to 23' })
  .int('write a whole hour from 0 to 23')
  .min(0, 'write an hour from 0 to 23')
  .max(23, 'write an hour from 0 to 23');
