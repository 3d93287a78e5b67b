import { beforeAll, describe, expect, test } from 'vitest';
import { addHours, type Instant } from '../../src/domain/time.ts';
import { backtest, type Backtest } from '../../src/jobs/backtest/look-back.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import { contentUse, customer, reachable } from '../../src/sample/customer.ts';
import type { DaysAgo } from '../../src/sample/define.ts';
import { acceptEvents } from '../../src/sense/events/accept.ts';
import { currentConfig } from '../../src/platform/config/store.ts';
import { ANCHOR, foundCompany, type Company } from '../fixtures/company.ts';
import { testDatabase } from '../support/database.ts';

/** Full use until `fadesFrom` days ago, none `span` days later. */
const fading =
  (amount: number, fadesFrom: DaysAgo, span: number) =>
  (daysAgo: DaysAgo): number =>
    daysAgo >= fadesFrom ? amount : Math.max(0, amount * (1 - (fadesFrom - daysAgo) / span));

const account = (id: string, churnedDaysAgo: number | null, fades: boolean) => {
  const left = churnedDaysAgo ?? 0;
  const from = left + 60;
  const usage = fades
    ? contentUse(20, {
        logins: fading(16, from, 40),
        apiCalls: fading(1_600, from, 40),
        features: {
          dashboards: fading(28, from, 40),
          alerts: fading(14, from, 40),
          exports: fading(10, from, 40),
        },
      })
    : contentUse(20);
  return customer({
    id,
    name: id,
    planId: 'growth',
    seats: 30,
    contacts: reachable(id, 'Ann Lee', 'Bob Ray'),
    usage,
    ...(churnedDaysAgo === null ? {} : { churnedDaysAgo }),
  });
};

/** Sixteen customers, six of whom leave; whether their use says so beforehand is what is planted. */
const companyWith = (database: OpenDatabase, tenantId: string, signal: boolean): Promise<Company> =>
  foundCompany(database, tenantId, {
    accounts: [
      ...[15, 20, 38, 45, 50, 60].map((ago) => account(`gone-${ago}`, ago, signal)),
      ...Array.from({ length: 10 }, (_, index) => account(`stays-${index}`, null, false)),
    ],
  });

const lookBack = (database: OpenDatabase, company: Company, now: Instant): Promise<Backtest> =>
  backtest({
    db: database,
    tenantId: company.tenantId,
    parts: company.parts,
    now,
    months: 2,
    horizonDays: 30,
    playbook: 'churn-save',
  });

describe('a back-test', () => {
  let database: OpenDatabase;
  let planted: Company;
  let result: Backtest;
  beforeAll(async () => {
    database = await testDatabase();
    planted = await companyWith(database, 'planted', true);
    result = await lookBack(database, planted, addHours(ANCHOR, 8));
  });

  test('finds the signal that was planted', () => {
    expect(result).toMatchObject({
      until: '2026-10-13',
      months: ['2026-07-31', '2026-08-31'],
      lost: 6,
      evidence: true,
    });
    expect(result.naiveRule).toContain('logins');
    expect(result.rule.caught).toBe(result.lost);
    expect(result.rule.medianDaysBefore).toBeGreaterThan(0);
    expect(result.rule.arrCaughtMinor).toBe(result.arrLostMinor);
    expect(result.liftOverBase.low).toBeGreaterThan(1);
  });

  test('knows nothing that occurred after the day it looks from', async () => {
    // What happens after the last look and its horizon must not move a single look.
    const later = addHours(ANCHOR, 24 * 20);
    await planted.here(async (tx) => {
      const config = await currentConfig(tx);
      const events = [0, 1, 2].map((index) => ({
        eventId: `burst-${index}`,
        source: 'product',
        type: 'usage.recorded',
        occurredAt: addHours(ANCHOR, 24 * index),
        trust: 'server' as const,
        ref: { source: 'product', externalId: 'stays-1' },
        payload: { metric: 'logins', quantity: 5_000 },
      }));
      return acceptEvents(tx, events, { now: later, entities: planted.parts.entities, config });
    });
    const again = await lookBack(database, planted, addHours(ANCHOR, 8));
    expect({ ...again, until: null }).toEqual({ ...result, until: null });
  });

  test('says that there is no evidence where nothing was planted', async () => {
    const flat = await companyWith(database, 'flat', false);
    const nothing = await lookBack(database, flat, addHours(ANCHOR, 8));
    expect(nothing.lost).toBeGreaterThan(0);
    expect(nothing).toMatchObject({ evidence: false, beatsNaive: false });
    expect(nothing.liftOverBase.low).toBeLessThanOrEqual(1);
  });

  test('keeps nothing of its looks', async () => {
    const rows = await planted.here((tx) =>
      tx.query('select 1 from score_history union all select 1 from fact_sets'),
    );
    expect(rows).toEqual([]);
  });
});
