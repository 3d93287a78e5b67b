import { beforeAll, expect, it } from 'vitest';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import { createTenant, onlyPostgres, testDatabase } from '../../support/database.ts';
import { accept, account, bound, event, june, stateOf, usage, viewOf } from '../sending.ts';

onlyPostgres('accepting in several sessions', () => {
  let database: OpenDatabase;

  beforeAll(async () => {
    database = await testDatabase();
  });

  const history = () => [
    account('a1', {}, { eventId: 'a1' }),
    bound('a1', { source: 'product', externalId: 'ws-1' }, { eventId: 'b1' }),
    ...Array.from({ length: 40 }, (_, index) =>
      event(
        'subscription.changed',
        {
          subscriptionId: 's1',
          planId: 'pro',
          status: 'active',
          startedOn: '2026-06-01',
          seats: index,
        },
        { eventId: `s-${index}`, occurredAt: june(1 + (index % 28)) },
      ),
    ),
    ...Array.from({ length: 60 }, (_, index) =>
      usage('ws-1', 1 + (index % 20), index, { eventId: `u-${index}` }),
    ),
  ];

  it('comes to the same as accepting one after another, each event once', async () => {
    await createTenant(database, 'alone');
    await createTenant(database, 'together');
    const events = history();
    await accept(database, 'alone', events);
    const slices = Array.from({ length: 8 }, (_, part) => [
      ...events.filter((_, index) => index % 8 === part || index % 8 === (part + 1) % 8),
    ]);
    const results = await Promise.all(
      slices.map((slice) => accept(database, 'together', slice.reverse())),
    );
    expect(results.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(events.length);
    const accountIdOf = async (id: string) => (await viewOf(database, id, 'a1')).accountId;
    const [alone, together] = [await accountIdOf('alone'), await accountIdOf('together')];
    const state = JSON.stringify(await stateOf(database, 'together')).replaceAll(together, alone);
    expect(JSON.parse(state)).toEqual(JSON.parse(JSON.stringify(await stateOf(database, 'alone'))));
  });

  it('does not wait for whoever holds an account', async () => {
    await createTenant(database, 'held');
    await accept(database, 'held', [account('a1')]);
    const { accountId } = await viewOf(database, 'held', 'a1');
    let letGo = (): void => undefined;
    const released = new Promise<void>((resolve) => (letGo = resolve));
    let nowHeld = (): void => undefined;
    const isHeld = new Promise<void>((resolve) => (nowHeld = resolve));
    const holding = database.withTenant('held', async (tx) => {
      await tx.query('select from accounts where account_id = $1 for update', [accountId]);
      nowHeld();
      await released;
    });
    await isHeld;
    const result = await accept(database, 'held', [
      account('a1', { name: 'Renamed', parentAccountId: 'a2' }, { occurredAt: june(5) }),
      account('a2'),
      bound('a1', { source: 'product', externalId: 'ws-1' }),
    ]);
    letGo();
    await holding;
    expect(result.accepted).toBe(3);
  });
});
