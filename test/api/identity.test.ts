import { beforeAll, expect, test } from 'vitest';
import { listLedger } from '../../src/act/ledger/ledger.ts';
import {
  getIdentityRoute,
  linkUnmatchedRoute,
  listConflictsRoute,
  listUnmatchedRoute,
  matchUnmatchedRoute,
  mergeAccountsRoute,
  setParentRoute,
  splitAccountRoute,
} from '../../src/api/identity.ts';
import { defaultTenantFiles } from '../../src/platform/config/default.ts';
import { readTenantFiles } from '../../src/platform/config/read.ts';
import { applyConfig, currentConfig } from '../../src/platform/config/store.ts';
import type { IncomingEvent } from '../../src/domain/event.ts';
import accountCommand from '../../src/commands/account.ts';
import { LIVE } from '../../src/domain/case.ts';
import { assessAccounts } from '../../src/sense/assess.ts';
import { acceptEvents } from '../../src/sense/events/accept.ts';
import { account, event, usage } from '../sense/sending.ts';
import { makeHouse, startApi, type Api, type House } from './support.ts';
import { typed } from './typed.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});

const send = (house: House, events: readonly IncomingEvent[]) =>
  api.db.withTenant(house.tenantId, async (tx) => {
    const config = await currentConfig(tx);
    await acceptEvents(tx, events, { now: api.clock.now(), entities: api.parts.entities, config });
  });

const declare = (house: House, identity: string) =>
  api.db.withTenant(house.tenantId, async (tx) => {
    const basics = { id: house.tenantId, name: 'x', currency: 'USD', zone: 'UTC' };
    const result = readTenantFiles({ ...defaultTenantFiles(basics), 'identity.yaml': identity });
    if (!result.ok) throw new Error(JSON.stringify(result.faults));
    await applyConfig(tx, { ...result, by: 'test', now: api.clock.now() });
  });

const customer = (externalId: string, name: string): IncomingEvent =>
  event(
    'account.changed',
    { accountId: externalId, name },
    { source: 'billing', ref: { source: 'billing', externalId } },
  );

test('what waits is listed with what the rules find, linked by a person, and counts', async () => {
  const house = await makeHouse(api, 'queue');
  const client = api.client(house.sessions.approver);
  const rules = 'rules: [{ id: by-name, from: billing, to: crm, by: name }]';
  await declare(house, `accountsFrom: [crm]\n${rules}\n`);
  await send(house, [
    account('a1', { name: 'Acme' }),
    account('a2', { name: 'Twin' }),
    account('a3', { name: 'Twin Ltd' }),
    customer('cus_1', 'ACME Inc.'),
    customer('cus_2', 'Twin'),
    usage('ws', 1, 5),
  ]);
  const queue = await client.call(listUnmatchedRoute);
  const byId = Object.fromEntries(queue.items.map((item) => [item.externalId, item]));
  expect(queue.total).toBe(3);
  expect(byId['cus_1']).toMatchObject({
    verdict: 'suggest',
    because: 'by-name',
    suggested: { name: 'Acme' },
    records: { account: 1 },
  });
  expect(byId['cus_2']).toMatchObject({
    verdict: 'undecided',
    because: 'several',
    suggested: null,
  });
  expect(byId['ws']).toMatchObject({ verdict: 'nothing', metrics: ['logins'] });

  const link = (body: object) =>
    client.call(linkUnmatchedRoute, { body: { reason: 'I know', ...body } });
  await link({ source: 'billing', externalId: 'cus_1' });
  await link({ source: 'product', externalId: 'ws', account: 'Acme' });
  await expect(link({ source: 'billing', externalId: 'cus_2' })).rejects.toMatchObject({
    code: 'nothing_suggested',
  });
  await expect(link({ source: 'billing', externalId: 'x', account: 'a1' })).rejects.toMatchObject({
    code: 'link_not_found',
  });
  expect((await client.call(listUnmatchedRoute)).items.map(({ externalId }) => externalId)).toEqual(
    ['cus_2'],
  );
  const identity = await client.call(getIdentityRoute, { params: { id: 'a1' } });
  expect(identity.links.map(({ source }) => source)).toEqual(['billing', 'crm', 'product']);
  const entries = await api.db.withTenant(house.tenantId, (tx) =>
    listLedger(tx, { kind: 'account.linked' }),
  );
  expect(entries.map(({ body }) => body['reason'])).toEqual(['I know', 'I know']);
});

test('rules that are declared later place what waits', async () => {
  const house = await makeHouse(api, 'later');
  const client = api.client(house.sessions.approver);
  await declare(house, 'accountsFrom: [crm]');
  await send(house, [
    account('a1', { name: 'Acme' }),
    customer('cus_1', 'ACME'),
    customer('cus_2', 'Other'),
  ]);
  expect((await client.call(listUnmatchedRoute)).total).toBe(2);
  const rules = 'rules: [{ id: n, from: billing, to: crm, by: name, certainty: certain }]';
  await declare(house, `accountsFrom: [crm]\n${rules}\n`);
  expect(await client.call(matchUnmatchedRoute)).toMatchObject({ bound: 1, founded: 0 });
  expect(await client.call(matchUnmatchedRoute)).toMatchObject({ bound: 0 });
  await declare(house, rules);
  expect(await client.call(matchUnmatchedRoute)).toMatchObject({ founded: 1 });
  expect((await client.call(listUnmatchedRoute)).total).toBe(0);
});

test('accounts are merged, split and given parents, with conflicts shown', async () => {
  const house = await makeHouse(api, 'merging');
  const client = api.client(house.sessions.approver);
  await send(house, [
    account('a1', { name: 'Acme' }),
    customer('cus_1', 'ACME GmbH'),
    account('a2'),
  ]);
  const params = { id: 'a1' };
  const reason = 'the same house';
  await client.call(mergeAccountsRoute, { params: { id: 'cus_1' }, body: { into: 'a1', reason } });
  const merged = await client.call(getIdentityRoute, { params });
  expect(merged.merged.map(({ name }) => name)).toHaveLength(1);
  expect(merged.conflicts).toMatchObject([
    { field: 'name', because: 'newest', said: [{ value: 'Acme' }, { value: 'ACME GmbH' }] },
  ]);
  await declare(house, 'truth: { account.name: [billing] }');
  const { items } = await client.call(listConflictsRoute);
  expect(items).toMatchObject([
    { because: 'declared', said: [{ source: 'billing', value: 'ACME GmbH' }, { source: 'crm' }] },
  ]);

  await client.call(setParentRoute, { params, body: { parent: 'a2', reason } });
  expect((await client.call(getIdentityRoute, { params })).parent?.name).toBe('Company a2');
  const parent = await client.call(getIdentityRoute, { params: { id: 'a2' } });
  expect(parent.daughters).toHaveLength(1);

  api.clock.advance(1000);
  const links = [{ source: 'billing', externalId: 'cus_1' }];
  await client.call(splitAccountRoute, { params, body: { links, reason } });
  expect(await client.call(listConflictsRoute)).toMatchObject({ total: 0 });
  expect((await client.call(getIdentityRoute, { params })).merged).toEqual([]);
});

/** An account of its own with a subscription of so many cents a month, under a parent. */
const paying = (id: string, minor: number | null, parent?: string): IncomingEvent[] => [
  account(id, parent === undefined ? {} : { parentAccountId: parent }),
  ...(minor === null
    ? []
    : [
        event(
          'subscription.changed',
          {
            subscriptionId: `s-${id}`,
            planId: 'growth',
            status: 'active',
            seats: 10,
            startedOn: '2026-01-01',
            mrr: { minor, currency: 'USD' },
          },
          { ref: { source: 'crm', externalId: id } },
        ),
      ]),
];

const assess = async (house: House): Promise<void> => {
  const { signals, scores, entities } = api.parts;
  const asked = { tenantId: house.tenantId, world: LIVE, now: api.clock.now() };
  const batches = assessAccounts(api.db, { ...asked, signals, scores, entities });
  for await (const batch of batches) expect(batch).not.toHaveLength(0);
};

test('a family of companies adds up its ARR, whoever of it is asked for', async () => {
  const house = await makeHouse(api, 'family');
  await declare(house, 'accountsFrom: [crm]\n');
  await send(house, [
    ...paying('top', 100_000),
    ...paying('left', 20_000, 'top'),
    ...paying('leaf', 3_000, 'left'),
    ...paying('silent', null, 'top'),
    ...paying('alone', 70_000),
  ]);
  await assess(house);
  const client = api.client(house.sessions.viewer);
  const asked = await Promise.all(
    ['top', 'left', 'leaf'].map((id) => client.call(getIdentityRoute, { params: { id } })),
  );
  for (const { family } of asked) {
    expect(family?.arr).toEqual({ minor: 12 * 123_000, currency: 'USD' });
    expect(family?.members[0]?.name).toBe('Company top');
    expect(
      Object.fromEntries(family?.members.map(({ name, arr }) => [name, arr?.minor ?? null]) ?? []),
    ).toEqual({
      'Company top': 1_200_000,
      'Company left': 240_000,
      'Company leaf': 36_000,
      'Company silent': null,
    });
  }
  expect((await client.call(getIdentityRoute, { params: { id: 'alone' } })).family).toBeNull();
  const out = await typed(accountCommand, client, { account: 'leaf' });
  expect(out).toContain('FAMILY OF 4, ARR $14,760.00');
  expect(out).toContain('Company silent: not known');
  expect(out).toContain('Without 1 of them, whose ARR is not known.');
});

test('parents in a circle are a family all the same', async () => {
  const house = await makeHouse(api, 'circle');
  await declare(house, 'accountsFrom: [crm]\n');
  await send(house, [...paying('one', 10_000, 'two'), ...paying('two', 20_000, 'one')]);
  await assess(house);
  const client = api.client(house.sessions.viewer);
  const { family } = await client.call(getIdentityRoute, { params: { id: 'one' } });
  expect(family?.members).toHaveLength(2);
  expect(family?.arr.minor).toBe(12 * 30_000);
});
