import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayFromNumber, fromEpochMilliseconds } from '../../src/domain/time.ts';
import { isCalendarDay, isCanonicalInstant } from '../../src/sense/calendar.ts';

describe('calendar', () => {
  it.each([
    '2026-02-30',
    '2025-02-29',
    '1900-02-29',
    '2026-04-31',
    '2026-13-01',
    '2026-00-10',
    '2026-1-1',
    '',
    '2026-01-01T',
  ])('knows that %s is no day', (text) => expect(isCalendarDay(text)).toBe(false));

  it.each(['2024-02-29', '2000-02-29', '2026-12-31'])('knows that %s is one', (text) =>
    expect(isCalendarDay(text)).toBe(true),
  );

  it('knows every day that there is', () => {
    fc.assert(
      fc.property(fc.integer({ min: -200_000, max: 200_000 }), (number) => {
        expect(isCalendarDay(dayFromNumber(number))).toBe(true);
      }),
    );
  });

  it('knows every moment as the program writes it, and no other form', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), (milliseconds) => {
        expect(isCanonicalInstant(fromEpochMilliseconds(milliseconds))).toBe(true);
      }),
    );
    for (const text of [
      '2026-01-01T24:00:00.000Z',
      '2026-01-01T00:00:00Z',
      '2026-02-30T00:00:00.000Z',
      '2026-01-01 00:00:00.000Z',
    ]) {
      expect(isCanonicalInstant(text)).toBe(false);
    }
  });
});
