import { describe, expect, it } from 'vitest';
import type { Day, Instant } from '../../../src/domain/time.ts';
import { freshnessOf, type FreshnessRow } from '../../../src/sense/series/freshness.ts';

const row = (day: Day, acceptedAt: Instant, partial: Partial<FreshnessRow> = {}): FreshnessRow => ({
  kind: 'logins',
  source: 'product',
  trust: 'server',
  day,
  lastOccurredAt: `${day}T09:00:00.000Z`,
  lastAcceptedAt: acceptedAt,
  ...partial,
});

const NOON: Instant = '2026-06-30T12:00:00.000Z';
const at = (rows: readonly FreshnessRow[], now: Instant, of = {}) =>
  freshnessOf(rows, 'UTC').freshAt('logins', now, of);

describe('freshness', () => {
  it('is null for what was never heard of', () => {
    expect(at([], NOON)).toBeNull();
    expect(freshnessOf([row('2026-06-30', NOON)], 'UTC').freshAt('tickets', NOON)).toBeNull();
  });

  it('reaches to the moment a source spoke on the day it spoke of', () => {
    expect(at([row('2026-06-30', '2026-06-30T10:00:00.000Z')], NOON)).toBe(
      '2026-06-30T10:00:00.000Z',
    );
  });

  it('reaches to the end of the day that a later total is for', () => {
    expect(at([row('2026-06-29', '2026-06-30T01:00:00.000Z')], NOON)).toBe(
      '2026-06-29T23:59:59.999Z',
    );
  });

  it('does not make history young by importing it', () => {
    expect(at([row('2024-12-31', NOON)], NOON)).toBe('2024-12-31T23:59:59.999Z');
  });

  it('takes history imported later as known when it happened', () => {
    const rows = [row('2024-12-30', NOON), row('2024-12-31', NOON)];
    expect(at(rows, '2024-12-31T23:59:59.999Z')).toBe('2024-12-31T23:59:59.999Z');
    expect(at(rows, '2024-12-31T08:00:00.000Z')).toBe('2024-12-30T23:59:59.999Z');
    expect(at(rows, '2024-12-29T08:00:00.000Z')).toBeNull();
  });

  it('takes the freshest of the sources that are meant', () => {
    const rows = [
      row('2026-06-20', NOON),
      row('2026-06-25', NOON, { source: 'browser', trust: 'client' }),
      row('2026-06-22', NOON, { source: 'mobile' }),
    ];
    expect(at(rows, NOON)).toBe('2026-06-25T23:59:59.999Z');
    expect(at(rows, NOON, { trustedOnly: true })).toBe('2026-06-22T23:59:59.999Z');
    expect(at(rows, NOON, { sources: ['product'] })).toBe('2026-06-20T23:59:59.999Z');
    expect(at(rows, NOON, { sources: ['browser'], trustedOnly: true })).toBeNull();
  });

  it('does not take our own receipts for a word of the source that they are about', () => {
    const rows = [row('2026-06-20', NOON), row('2026-06-30', NOON, { source: 'retinue' })];
    expect(at(rows, NOON)).toBe('2026-06-20T23:59:59.999Z');
    expect(at(rows.slice(1), NOON)).toBeNull();
  });
});
