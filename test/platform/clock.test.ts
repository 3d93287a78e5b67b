import { expect, test } from 'vitest';
import { fixedClock, systemClock } from '../../src/platform/clock.ts';

test('the system clock tells canonical instants that do not go back', () => {
  const first = systemClock.now();
  expect(first).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(systemClock.now() >= first).toBe(true);
});

test('a fixed clock stands still until it is moved', () => {
  const clock = fixedClock('2026-02-28T23:59:59.999Z');
  expect(clock.now()).toBe(clock.now());
  clock.advance(1);
  expect(clock.now()).toBe('2026-03-01T00:00:00.000Z');
  clock.set('2024-12-31T00:00:00.000Z');
  expect(clock.now()).toBe('2024-12-31T00:00:00.000Z');
});
