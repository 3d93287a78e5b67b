import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addBusinessDays,
  addDays,
  dayFromNumber,
  dayIn,
  dayNumber,
  endOfDay,
  epochMilliseconds,
  fromEpochMilliseconds,
  hourIn,
  nextLocalHour,
  startOfDay,
  toDay,
  toInstant,
} from '../../src/domain/time.ts';

const moments = fc.integer({ min: 0, max: 4_102_444_800_000 });
const zones = fc.constantFrom(
  'UTC',
  'America/New_York',
  'Europe/Berlin',
  'Asia/Tokyo',
  'Africa/Cairo',
  'Australia/Lord_Howe',
);

describe('instants', () => {
  it.each([
    ['2026-11-21T10:00:00+01:00', '2026-11-21T09:00:00.000Z'],
    ['2026-11-21T10:00:00.123456Z', '2026-11-21T10:00:00.123Z'],
  ])('reads %s as %s', (text, expected) => expect(toInstant(text)).toBe(expected));

  it.each(['2026-11-21T10:00:00', 'yesterday', '2026-02-30T00:00:00Z'])('refuses `%s`', (text) =>
    expect(() => toInstant(text)).toThrow(RangeError),
  );

  it('survive the round trip through milliseconds and sort as text', () =>
    fc.assert(
      fc.property(moments, moments, (a, b) => {
        expect(epochMilliseconds(fromEpochMilliseconds(a))).toBe(a);
        expect(fromEpochMilliseconds(a) < fromEpochMilliseconds(b)).toBe(a < b);
      }),
    ));
});

describe('days', () => {
  it('survive the round trip through numbers', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: -20_000, max: 40_000 }),
        (n) => dayNumber(dayFromNumber(n)) === n,
      ),
    ));

  it('refuse an impossible one', () => expect(() => toDay('2026-02-30')).toThrow(RangeError));

  it('contain every moment between their start and their end, in every zone', () =>
    fc.assert(
      fc.property(moments, zones, (milliseconds, zone) => {
        const at = fromEpochMilliseconds(milliseconds);
        const day = dayIn(zone, at);
        expect(startOfDay(zone, day) <= at && at <= endOfDay(zone, day)).toBe(true);
        expect(dayIn(zone, endOfDay(zone, day))).toBe(day);
      }),
    ));

  it('start at one where clocks change at midnight', () =>
    expect(startOfDay('Africa/Cairo', '2026-04-24')).toBe('2026-04-23T22:00:00.000Z'));
});

describe('business time', () => {
  it.each([
    ['2026-11-20', 1, [], '2026-11-23'],
    ['2026-11-20', 2, ['2026-11-23'], '2026-11-25'],
    ['2026-11-21', 0, [], '2026-11-21'],
  ] as const)('%s plus %i business days is %s', (from, days, holidays, expected) =>
    expect(addBusinessDays(from, days, [...holidays])).toBe(expected),
  );

  it('finds the next open hour, never in the past', () =>
    fc.assert(
      fc.property(moments, zones, fc.integer({ min: 3, max: 22 }), (milliseconds, zone, hour) => {
        const at = fromEpochMilliseconds(milliseconds);
        const next = nextLocalHour(zone, at, hour, { weekdaysOnly: true });
        expect(next >= at).toBe(true);
        expect(hourIn(zone, next)).toBe(hour);
        expect(addDays(dayIn(zone, at), 4) > dayIn(zone, next)).toBe(true);
      }),
    ));
});
