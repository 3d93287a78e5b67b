import { beforeAll, describe, expect, it } from 'vitest';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import { usageOutsideSubscriptions } from '../../../src/sense/series/out-of-period.ts';
import { subscriptionsInForce } from '../../../src/sense/state/in-force.ts';
import { createTenant, testDatabase } from '../../support/database.ts';
import { accept, account, configOf, event, usage, viewOf } from '../sending.ts';

let database: OpenDatabase;
let tenants = 0;

beforeAll(async () => {
  database = await testDatabase();
});

const tenant = async (): Promise<string> => createTenant(database, `tenant-${(tenants += 1)}`);

const subscription = (subscriptionId: string, startedOn: string, endedOn?: string) =>
  event('subscription.changed', {
    subscriptionId,
    planId: 'pro',
    status: endedOn === undefined ? 'active' : 'ended',
    startedOn,
    ...(endedOn === undefined ? {} : { endedOn }),
  });

describe('subscriptions in force', () => {
  it('are the one started last, or all of them, as the tenant says', async () => {
    const id = await tenant();
    await accept(database, id, [
      account('a1'),
      subscription('s1', '2026-06-01'),
      subscription('s2', '2026-06-10'),
      subscription('s3', '2026-06-10'),
      subscription('s4', '2026-06-20', '2026-06-30'),
      subscription('s5', '2026-07-01'),
    ]);
    const keys = async (overlap: 'latest' | 'concurrent') =>
      subscriptionsInForce(
        await viewOf(database, id, 'a1', { config: configOf({ subscriptions: { overlap } }) }),
      ).map(({ key }) => key);
    expect(await keys('latest')).toEqual(['s3']);
    expect(await keys('concurrent')).toEqual(['s3', 's2', 's1']);
  });

  it('serve until the day before their end', async () => {
    const id = await tenant();
    await accept(database, id, [account('a1'), subscription('s1', '2026-06-01', '2026-07-01')]);
    const view = await viewOf(database, id, 'a1');
    expect(subscriptionsInForce(view)).toHaveLength(1);
    expect(subscriptionsInForce(view.at('2026-06-30'))).toHaveLength(1);
    const next = await viewOf(database, id, 'a1', { now: '2026-07-01T00:00:00.000Z' });
    expect(subscriptionsInForce(next)).toEqual([]);
  });
});

describe('usage outside any subscription', () => {
  it('is told by its days and their share', async () => {
    const id = await tenant();
    const link = { ref: { source: 'crm', externalId: 'a1' } };
    await accept(database, id, [
      account('a1'),
      subscription('s1', '2026-06-05', '2026-06-10'),
      subscription('s2', '2026-06-08', '2026-06-12'),
      ...[4, 5, 9, 11, 12, 20].map((day) => usage('a1', day, 2, link)),
      usage('a1', 25, 0, link),
    ]);
    const view = await viewOf(database, id, 'a1');
    expect(usageOutsideSubscriptions(view)).toEqual({
      days: ['2026-06-04', '2026-06-12', '2026-06-20'],
      usageDays: 6,
      shareBasisPoints: 5000,
    });
    expect(usageOutsideSubscriptions(view, 12)).toEqual({
      days: ['2026-06-20'],
      usageDays: 1,
      shareBasisPoints: 10_000,
    });
  });

  it('is none without usage', async () => {
    const id = await tenant();
    await accept(database, id, [account('a1')]);
    const none = { days: [], usageDays: 0, shareBasisPoints: 0 };
    expect(usageOutsideSubscriptions(await viewOf(database, id, 'a1'))).toEqual(none);
  });
});
