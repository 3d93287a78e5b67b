import { beforeAll, describe, expect, it } from 'vitest';
import { RetinueError } from '../../../src/domain/errors.ts';
import type { IncomingEvent } from '../../../src/domain/event.ts';
import type { Instant } from '../../../src/domain/time.ts';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import { countAccounts, getAccount } from '../../../src/sense/identity/account-store.ts';
import { listUnboundLinks } from '../../../src/sense/identity/link-store.ts';
import {
  bindLink,
  mergeAccounts,
  setParent,
  splitAccount,
} from '../../../src/sense/identity/place-links.ts';
import accountEntity from '../../../src/sense/state/account.ts';
import { createTenant, testDatabase } from '../../support/database.ts';
import {
  accept,
  account,
  configOf,
  event,
  june,
  optionsAt,
  usage,
  viewOf,
  viewsOf,
} from '../sending.ts';

let database: OpenDatabase;
let tenants = 0;
const tenant = async (): Promise<string> => createTenant(database, `merge-${(tenants += 1)}`);

beforeAll(async () => {
  database = await testDatabase();
});

const at = (day: number) => optionsAt(june(day));
const billing = (externalId: string) => ({ source: 'billing', externalId });
const customer = (externalId: string, fields: IncomingEvent['payload'] = {}) =>
  event(
    'account.changed',
    { accountId: externalId, name: `Customer ${externalId}`, ...fields },
    { source: 'billing', ref: billing(externalId) },
  );

const two = async () => {
  const id = await tenant();
  await accept(
    database,
    id,
    [
      account('a1', { name: 'Acme', ownerId: 'kim' }),
      customer('cus_1', { name: 'ACME GmbH', ownerId: 'lee' }),
      usage('ws', 5, 3, { ref: { source: 'crm', externalId: 'a1' } }),
      usage('ws', 5, 4, { ref: billing('cus_1') }),
    ],
    at(10),
  );
  const [kept, merged] = [await viewOf(database, id, 'a1'), await viewOf(database, id, 'cus_1')];
  return { id, kept: kept.accountId, merged: merged.accountId };
};

const logins = async (id: string, name: string) =>
  (await viewOf(database, id, name)).at('2026-06-05').series('logins', 1)?.all;

const bindingsOf = (id: string) =>
  database.withTenant(id, (tx) =>
    tx.query('select link_id, account_id, valid_from, valid_to from account_links order by 1, 3'),
  );

const merge = (id: string, accountId: string, into: string, day: number, from?: Instant) =>
  database.withTenant(id, (tx) => mergeAccounts(tx, { accountId, into, by: 'p1', from }, at(day)));

const split = (id: string, accountId: string, externalId: string, day: number, from?: Instant) =>
  database.withTenant(id, (tx) =>
    splitAccount(tx, { accountId, links: [billing(externalId)], by: 'p1', from }, at(day)),
  );

describe('merging and splitting', () => {
  it('puts the whole history together, and takes it apart again as if nothing had been', async () => {
    const { id, kept, merged } = await two();
    const before = await bindingsOf(id);
    await merge(id, merged, kept, 12);
    expect(await viewsOf(database, id)).toHaveLength(1);
    expect(await logins(id, 'a1')).toEqual([7]);
    expect((await database.withTenant(id, (tx) => getAccount(tx, merged)))?.mergedInto).toBe(kept);

    await split(id, kept, 'cus_1', 14);
    expect(await logins(id, 'a1')).toEqual([3]);
    expect(await logins(id, 'cus_1')).toEqual([4]);
    expect(await database.withTenant(id, (tx) => countAccounts(tx))).toBe(2);
    const isNamed = (row: unknown) =>
      before.some((binding) => JSON.stringify(binding) === JSON.stringify(row));
    expect((await bindingsOf(id)).filter(isNamed)).toEqual(before);

    await merge(id, merged, kept, 16);
    expect(await logins(id, 'a1')).toEqual([7]);
  });

  it('from a day on leaves what was before where it was', async () => {
    const { id, kept, merged } = await two();
    await merge(id, merged, kept, 12);
    await split(id, kept, 'cus_1', 14, june(13));
    await accept(database, id, [usage('ws', 20, 9, { ref: billing('cus_1') })], at(20));
    expect(await logins(id, 'a1')).toEqual([7]);
    expect((await viewOf(database, id, 'cus_1')).at('2026-06-20').series('logins', 1)?.all).toEqual(
      [9],
    );
    expect((await viewOf(database, id, 'a1')).at('2026-06-20').series('logins', 1)?.all).toEqual([
      0,
    ]);
  });

  it('lets an id without a record of its own wait again', async () => {
    const { id, kept } = await two();
    await accept(database, id, [usage('w9', 5, 1)], at(11));
    const product = { source: 'product', externalId: 'w9' };
    await database.withTenant(id, (tx) =>
      bindLink(tx, { ...product, accountId: kept, by: 'p1' }, at(12)),
    );
    expect(await logins(id, 'a1')).toEqual([4]);
    await database.withTenant(id, (tx) =>
      splitAccount(tx, { accountId: kept, links: [product], by: 'p1' }, at(13)),
    );
    expect(await logins(id, 'a1')).toEqual([3]);
    const unbound = await database.withTenant(id, (tx) => listUnboundLinks(tx));
    expect(unbound.map(({ externalId }) => externalId)).toEqual(['w9']);
  });

  it('refuses what makes no sense, and says what to do', async () => {
    const { id, kept, merged } = await two();
    const code = (promise: Promise<unknown>) =>
      promise.then(
        () => 'done',
        (error: unknown) => (error instanceof RetinueError ? error.code : String(error)),
      );
    expect(await code(merge(id, kept, kept, 12))).toBe('account_same');
    expect(await code(merge(id, 'acc-none', kept, 12))).toBe('account_not_found');
    await merge(id, merged, kept, 12);
    expect(await code(merge(id, kept, merged, 13))).toBe('already_merged');
    expect(await code(split(id, kept, 'cus_9', 13))).toBe('link_not_found');
    const root = { source: 'crm', externalId: 'a1' };
    const splitRoot = database.withTenant(id, (tx) =>
      splitAccount(tx, { accountId: kept, links: [root], by: 'p1' }, at(13)),
    );
    expect(await code(splitRoot)).toBe('link_founds_account');
  });

  it('shows what was known before, as it was known', async () => {
    const { id, kept, merged } = await two();
    await merge(id, merged, kept, 12);
    await split(id, kept, 'cus_1', 14);
    const knownAt = (day: number) => viewOf(database, id, 'a1', { knownAt: june(day, 13) });
    const series = async (day: number) =>
      (await knownAt(day)).at('2026-06-05').series('logins', 1)?.all;
    expect([await series(11), await series(12), await series(14)]).toEqual([[3], [7], [3]]);
  });

  it('sets scores of the past aside, since they are seen otherwise now', async () => {
    const { id, kept, merged } = await two();
    const days = (table: string) =>
      database.withTenant(id, (tx) =>
        tx.query(`select account_id, value from ${table} order by 1`),
      );
    await database.withTenant(id, async (tx) => {
      for (const accountId of [kept, merged]) {
        await tx.query(
          `insert into score_history (tenant_id, world, account_id, score_id, day, status, value, supported, coverage,
             weights_version, at, receipt) values ($1, 'live', $2, 'health', '2026-06-09', 'unknown', 50, 60, 0, '1', $3, '[]')`,
          [id, accountId, june(9)],
        );
      }
    });
    await merge(id, merged, kept, 12);
    expect(await days('score_history')).toEqual([]);
    expect(await days('superseded_scores')).toHaveLength(2);
  });
});

describe('whom to believe', () => {
  const believing = (truth: Record<string, string[]>) => ({
    config: configOf({
      identity: {
        accountsFrom: [],
        rules: [],
        ignoreDomains: [],
        truth,
        arrToleranceBasisPoints: 0,
      },
    }),
  });

  it('is the newest word, or the declared source however old its word', async () => {
    const { id, kept, merged } = await two();
    await accept(
      database,
      id,
      [
        account('a1', { name: 'Acme', ownerId: 'kim' }, { occurredAt: june(1) }),
        { ...customer('cus_1', { name: 'ACME GmbH', ownerId: 'max' }), occurredAt: june(8) },
      ],
      at(11),
    );
    await merge(id, merged, kept, 12);
    const owner = async (truth: Record<string, string[]>) =>
      (await viewOf(database, id, 'a1', believing(truth))).current(accountEntity)[0]?.data.ownerId;
    expect(await owner({})).toBe('max');
    expect(await owner({ 'account.ownerId': ['crm'] })).toBe('kim');
    expect(await owner({ 'account.ownerId': ['billing', 'crm'] })).toBe('max');
    expect(await owner({ 'account.name': ['crm'] })).toBe('max');
  });

  it('takes records of a kind from their source of truth alone', async () => {
    const { id, kept, merged } = await two();
    const sub = (subscriptionId: string, ref: { source: string; externalId: string }) =>
      event(
        'subscription.changed',
        { subscriptionId, planId: 'pro', status: 'active', startedOn: '2026-06-01' },
        { ref },
      );
    await accept(
      database,
      id,
      [sub('s-crm', { source: 'crm', externalId: 'a1' }), sub('s-bill', billing('cus_1'))],
      at(11),
    );
    await merge(id, merged, kept, 12);
    const { default: subscription } = await import('../../../src/sense/state/subscription.ts');
    const keys = async (truth: Record<string, string[]>) =>
      (await viewOf(database, id, 'a1', believing(truth)))
        .current(subscription)
        .map(({ key }) => key);
    expect(await keys({})).toEqual(['s-bill', 's-crm']);
    expect(await keys({ subscription: ['billing'] })).toEqual(['s-bill']);
  });

  it('is a person about parents, whatever the systems say, until they take it back', async () => {
    const { id, kept, merged } = await two();
    await accept(database, id, [account('a2'), account('a1', { parentAccountId: 'a2' })], at(11));
    const parent = async () =>
      (await database.withTenant(id, (tx) => getAccount(tx, kept)))?.parentAccountId;
    const a2 = (await viewOf(database, id, 'a2')).accountId;
    expect(await parent()).toBe(a2);
    const say = (parentId: string | null, day: number) =>
      database.withTenant(id, (tx) =>
        setParent(tx, { accountId: kept, parentId, by: 'p1' }, at(day)),
      );
    await say(merged, 12);
    expect(await parent()).toBe(merged);
    expect((await viewOf(database, id, 'a1')).rootAccountId).toBe(merged);
    await say(null, 13);
    expect(await parent()).toBe(a2);
  });
});
