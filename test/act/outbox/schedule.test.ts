import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brakeUntil, MAX_ATTEMPTS, nextAttempt } from '../../../src/act/outbox/schedule.ts';
import { addMinutes, hoursBetween, type Instant } from '../../../src/domain/time.ts';
import { NOW } from '../support/act.ts';

describe('nextAttempt', () => {
  it('doubles from a minute to four hours and ends after about sixteen', () => {
    let at = NOW;
    const waits: number[] = [];
    for (let attempt = 1; ; attempt += 1) {
      const next = nextAttempt(attempt, at);
      if (next === null) {
        expect(attempt).toBe(MAX_ATTEMPTS);
        break;
      }
      waits.push(Math.round(hoursBetween(at, next) * 60));
      at = next;
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 240, 240, 240]);
    expect(hoursBetween(NOW, at)).toBeCloseTo(16.25, 1);
  });
});

describe('brakeUntil', () => {
  it('never lets more than the maximum go within any hour', () => {
    const minutes = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 60 });
    fc.assert(
      fc.property(minutes, fc.integer({ min: 1, max: 5 }), (gaps, max) => {
        const sent: Instant[] = [];
        let now = NOW;
        for (const gap of gaps) {
          now = addMinutes(now, gap);
          const until = brakeUntil(sent, max, now);
          if (until === null) sent.push(now);
          else expect(until > now && until <= addMinutes(now, 60)).toBe(true);
        }
        for (const at of sent) {
          const within = sent.filter((other) => other <= at && other > addMinutes(at, -60));
          expect(within.length).toBeLessThanOrEqual(max);
        }
      }),
    );
  });

  it('lets one go at the very moment it names', () => {
    const sent = [NOW, addMinutes(NOW, 10)];
    const until = brakeUntil(sent, 2, addMinutes(NOW, 20));
    expect(until).toBe(addMinutes(NOW, 60));
    expect(brakeUntil(sent, 2, addMinutes(NOW, 60))).toBeNull();
  });
});
