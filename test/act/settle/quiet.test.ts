import { describe, expect, it } from 'vitest';
import { quietUntil } from '../../../src/act/settle/arbiter-quiet.ts';
import type { Instant } from '../../../src/domain/time.ts';

const NIGHT = { quietFromHour: 18, quietToHour: 8, weekdaysOnly: true };

describe('quietUntil', () => {
  it.each<[string, string, typeof NIGHT, Instant, Instant | null]>([
    ['a Wednesday morning', 'Europe/Berlin', NIGHT, '2026-03-04T10:00:00.000Z', null],
    ['the first open minute', 'Europe/Berlin', NIGHT, '2026-03-04T07:00:00.000Z', null],
    [
      'a minute too early',
      'Europe/Berlin',
      NIGHT,
      '2026-03-04T06:59:00.000Z',
      '2026-03-04T07:00:00.000Z',
    ],
    [
      'the first quiet minute',
      'Europe/Berlin',
      NIGHT,
      '2026-03-04T17:00:00.000Z',
      '2026-03-05T07:00:00.000Z',
    ],
    [
      'the same moment where it is still night',
      'America/New_York',
      NIGHT,
      '2026-03-04T10:00:00.000Z',
      '2026-03-04T13:00:00.000Z',
    ],
    [
      'a Friday evening',
      'Europe/Berlin',
      NIGHT,
      '2026-03-06T20:00:00.000Z',
      '2026-03-09T07:00:00.000Z',
    ],
    [
      'a Saturday at noon',
      'Europe/Berlin',
      NIGHT,
      '2026-03-07T11:00:00.000Z',
      '2026-03-09T07:00:00.000Z',
    ],
    [
      'a Saturday where weekends are as good',
      'Europe/Berlin',
      { ...NIGHT, weekdaysOnly: false },
      '2026-03-07T11:00:00.000Z',
      null,
    ],
    [
      'over the change to summer time',
      'Europe/Berlin',
      NIGHT,
      '2026-03-27T20:00:00.000Z',
      '2026-03-30T06:00:00.000Z',
    ],
    [
      'a siesta',
      'Europe/Berlin',
      { quietFromHour: 12, quietToHour: 14, weekdaysOnly: true },
      '2026-03-04T11:30:00.000Z',
      '2026-03-04T13:00:00.000Z',
    ],
    [
      'no quiet hours',
      'Europe/Berlin',
      { quietFromHour: 0, quietToHour: 0, weekdaysOnly: false },
      '2026-03-04T23:30:00.000Z',
      null,
    ],
    [
      'no quiet hours, on a Sunday',
      'Europe/Berlin',
      { quietFromHour: 0, quietToHour: 0, weekdaysOnly: true },
      '2026-03-08T10:00:00.000Z',
      '2026-03-08T23:00:00.000Z',
    ],
  ])('%s in %s', (_, zone, rules, now, until) => {
    expect(quietUntil(zone, rules, now)).toBe(until);
  });
});
