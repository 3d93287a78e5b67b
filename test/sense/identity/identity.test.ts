import { beforeAll, describe, expect, it } from 'vitest';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import {
  countAccounts,
  getAccount,
  listAccounts,
} from '../../../src/sense/identity/account-store.ts';
import { rootAccountIds } from '../../../src/sense/identity/parent-store.ts';
import { bindLink } from '../../../src/sense/identity/place-links.ts';
import { findAccount } from '../../../src/sense/identity/find-account.ts';
import {
  countUnboundLinks,
  linksOf,
  listUnboundLinks,
} from '../../../src/sense/identity/link-store.ts';
import accountEntity from '../../../src/sense/state/account.ts';
import invoice from '../../../src/sense/state/invoice.ts';
import incident from '../../../src/sense/state/incident.ts';
import touch from '../../../src/sense/state/touch.ts';
import { createTenant, testDatabase } from '../../support/database.ts';
import {
  accept,
  account,
  bound,
  event,
  june,
  optionsAt,
  usage,
  viewOf,
  viewsOf,
} from '../sending.ts';

let database: OpenDatabase;
let tenants = 0;

const tenant = async (): Promise<string> => createTenant(database, `tenant-${(tenants += 1)}`);

beforeAll(async () => {
  database = await testDatabase();
});

const product = (externalId: string) => ({ source: 'product', externalId });
const billing = (externalId: string) => ({ source: 'billing', externalId });

describe('attributing what came before', () => {
  it('gives an account the usage and entities that came before anyone said whose they were', async () => {
    const id = await tenant();
    const bill = {
      invoiceId: 'i1',
      status: 'open',
      amountDue: { minor: 900, currency: 'USD' },
      issuedOn: '2026-06-01',
      dueOn: '2026-06-15',
    };
    await accept(database, id, [
      usage('ws-1', 5, 7),
      event('invoice.changed', bill, { source: 'billing', ref: billing('cus_1') }),
    ]);
    expect(await viewsOf(database, id)).toEqual([]);
    const unbound = await database.withTenant(id, async (tx) => listUnboundLinks(tx));
    expect(unbound.map(({ source, externalId }) => `${source} ${externalId}`)).toEqual([
      'billing cus_1',
      'product ws-1',
    ]);
    const result = await accept(database, id, [
      account('a1'),
      event('link.bound', { links: [product('ws-1'), billing('cus_1')] }),
    ]);
    const view = await viewOf(database, id, 'a1');
    expect(result.accountIds).toEqual([view.accountId]);
    expect(view.at('2026-06-05').series('logins', 1)?.all).toEqual([7]);
    expect(view.current(invoice)[0]?.data.invoiceId).toBe('i1');
    expect(view.externalIds).toEqual(['a1', 'cus_1', 'ws-1']);
    expect(await database.withTenant(id, async (tx) => countUnboundLinks(tx))).toEqual([]);
  });

  it('reads `links` beside the fields of any server event, also before the account is named', async () => {
    const id = await tenant();
    const links = [{ source: 'crm/subscription', externalId: 's1' }];
    await accept(database, id, [
      event('subscription.changed', {
        subscriptionId: 's1',
        planId: 'pro',
        status: 'active',
        startedOn: '2026-06-01',
        links,
      }),
      usage('s1', 9, 4, { ref: { source: 'crm/subscription', externalId: 's1' } }),
    ]);
    expect(await viewsOf(database, id)).toEqual([]);
    await accept(database, id, [account('a1')]);
    const view = await viewOf(database, id, 'a1');
    expect(view.at('2026-06-09').series('logins', 1)?.all).toEqual([4]);
  });

  it('leaves with the former account what was before a move', async () => {
    const id = await tenant();
    await accept(database, id, [
      account('a1'),
      account('a2'),
      bound('a1', product('ws-1'), { occurredAt: june(1) }),
      bound('a2', product('ws-1'), { occurredAt: june(10, 0) }),
      usage('ws-1', 9, 1),
      usage('ws-1', 10, 2),
      event(
        'touch.changed',
        { touchId: 't1', at: june(9), channel: 'call', direction: 'in' },
        { occurredAt: june(9), ref: product('ws-1') },
      ),
    ]);
    const [one, two] = [await viewOf(database, id, 'a1'), await viewOf(database, id, 'a2')];
    expect(one.at('2026-06-10').series('logins', 2)?.all).toEqual([1, 0]);
    expect(two.at('2026-06-10').series('logins', 2)?.all).toEqual([null, 2]);
    expect([one.externalIds, two.externalIds]).toEqual([['a1'], ['a2', 'ws-1']]);
    expect(one.at('2026-06-09').current(touch)).toHaveLength(1);
    expect([one.current(touch), two.current(touch)].map(({ length }) => length)).toEqual([0, 1]);
  });

  it('makes one account of two systems’ records, the newest word on each field', async () => {
    const id = await tenant();
    await accept(database, id, [
      account('a1', { name: 'Acme', ownerId: 'kim' }),
      event(
        'account.changed',
        { accountId: 'cus_1', name: 'ACME GmbH', country: 'DE' },
        { source: 'billing', ref: billing('cus_1'), occurredAt: june(3) },
      ),
    ]);
    expect(await viewsOf(database, id)).toHaveLength(2);
    await accept(database, id, [
      bound('a1', billing('cus_1')),
      account('a1', { name: 'Acme', ownerId: 'lee' }, { occurredAt: june(9) }),
    ]);
    const views = await viewsOf(database, id);
    expect(views).toHaveLength(1);
    const [view] = views;
    const records = view?.current(accountEntity) ?? [];
    expect(records.map(({ key, data }) => [key, data])).toEqual([
      [view?.accountId, { accountId: 'a1', name: 'ACME GmbH', country: 'DE', ownerId: 'lee' }],
    ]);
    expect(view?.at('2026-06-02').current(accountEntity)[0]?.data.name).toBe('Acme');
    const rows = await database.withTenant(id, async (tx) => listAccounts(tx));
    expect(rows.map(({ name, links }) => [name, links])).toEqual([
      ['ACME GmbH', [billing('cus_1'), { source: 'crm', externalId: 'a1' }]],
    ]);
  });

  it('says into which account a merged one went', async () => {
    const id = await tenant();
    await accept(database, id, [
      account('a1'),
      event(
        'account.changed',
        { accountId: 'cus_1', name: 'x' },
        { source: 'billing', ref: billing('cus_1') },
      ),
    ]);
    const before = await viewOf(database, id, 'cus_1');
    await accept(database, id, [bound('a1', billing('cus_1'))]);
    const after = await viewOf(database, id, 'a1');
    const merged = await database.withTenant(id, async (tx) => getAccount(tx, before.accountId));
    expect(merged?.mergedInto).toBe(after.accountId);
    expect(await database.withTenant(id, async (tx) => countAccounts(tx))).toBe(1);
  });

  it('takes our own id for an account that there is', async () => {
    const id = await tenant();
    await accept(database, id, [account('a1')]);
    const { accountId } = await viewOf(database, id, 'a1');
    const receipt = (externalId: string, touchId: string) =>
      event(
        'touch.changed',
        { touchId, at: june(3), channel: 'email', direction: 'out' },
        { source: 'retinue', ref: { source: 'retinue', externalId } },
      );
    const result = await accept(database, id, [
      receipt(accountId, 't1'),
      receipt('acc-nobody', 't2'),
    ]);
    expect(result).toMatchObject({ accepted: 2, accountIds: [accountId] });
    const views = await viewsOf(database, id);
    expect(views).toHaveLength(1);
    expect(views[0]?.current(touch).map(({ key }) => key)).toEqual(['t1']);
    expect(views[0]?.externalIds).toEqual(['a1']);
  });

  it('shows an incident that names accounts to these alone', async () => {
    const id = await tenant();
    const down = (incidentId: string, accounts?: string[]) =>
      event('incident.changed', {
        incidentId,
        severity: 'SEV1',
        status: 'investigating',
        startedAt: june(3),
        ...(accounts === undefined ? {} : { accounts }),
      });
    await accept(database, id, [account('a1'), account('a2'), down('all'), down('one', ['a2'])]);
    const keys = async (name: string) =>
      (await viewOf(database, id, name)).current(incident).map(({ key }) => key);
    expect([await keys('a1'), await keys('a2')]).toEqual([['all'], ['all', 'one']]);
  });
});

describe('a person’s word', () => {
  it('binds an id and moves what is under it', async () => {
    const id = await tenant();
    await accept(database, id, [account('a1'), usage('ws-1', 5, 7)]);
    const { accountId } = await viewOf(database, id, 'a1');
    const result = await database.withTenant(id, async (tx) =>
      bindLink(tx, { ...product('ws-1'), accountId, by: 'person-1' }, optionsAt()),
    );
    expect(result.accepted).toBe(1);
    expect((await viewOf(database, id, 'ws-1')).accountId).toBe(accountId);
    const links = await database.withTenant(id, async (tx) => linksOf(tx, accountId));
    expect(links.map(({ source }) => source)).toEqual(['crm', 'product']);
  });
});

describe('finding an account', () => {
  it('reads our id, an id elsewhere, a name, or the beginning of one', async () => {
    const id = await tenant();
    await accept(database, id, [
      account('a1', { name: 'Northwind Traders' }),
      account('a2', { name: 'Northern Lights' }),
      account('a3', { name: 'Nor' }),
      account('a4', { name: '100% Cotton' }),
      bound('a2', billing('cus_2')),
    ]);
    const find = async (text: string) =>
      database.withTenant(id, async (tx) => findAccount(tx, text));
    const one = await find('a1');
    expect(one?.name).toBe('Northwind Traders');
    expect(await find(one?.accountId ?? '')).toEqual(one);
    expect((await find('cus_2'))?.name).toBe('Northern Lights');
    expect((await find('northwind TRADERS'))?.name).toBe('Northwind Traders');
    expect((await find('Northw'))?.name).toBe('Northwind Traders');
    expect((await find('nor'))?.name).toBe('Nor');
    expect((await find('100%'))?.name).toBe('100% Cotton');
    expect(await find('%')).toBeNull();
    expect(await find('  ')).toBeNull();
    await expect(find('North')).rejects.toMatchObject({ code: 'account_ambiguous' });
  });

  it('finds nothing of another tenant', async () => {
    const [one, two] = [await tenant(), await tenant()];
    await accept(database, one, [account('a1', { name: 'Secret' })]);
    const { accountId } = await viewOf(database, one, 'a1');
    for (const text of ['a1', 'Secret', accountId]) {
      expect(await database.withTenant(two, async (tx) => findAccount(tx, text))).toBeNull();
    }
    expect(await database.withTenant(two, async (tx) => getAccount(tx, accountId))).toBeNull();
  });
});

describe('parents', () => {
  it('lead to the topmost, and in a circle to one of it', async () => {
    const id = await tenant();
    await accept(database, id, [
      account('top'),
      account('mid', { parentAccountId: 'top' }),
      account('leaf', { parentAccountId: 'mid' }),
      account('orphan', { parentAccountId: 'gone' }),
      account('x', { parentAccountId: 'y' }),
      account('y', { parentAccountId: 'x' }),
      account('self', { parentAccountId: 'self' }),
    ]);
    const views = await viewsOf(database, id);
    const idOf = (name: string) =>
      views.find(({ externalIds }) => externalIds.includes(name))?.accountId ?? '';
    const rootOf = (name: string) =>
      views.find(({ accountId }) => accountId === idOf(name))?.rootAccountId;
    expect([rootOf('leaf'), rootOf('mid'), rootOf('top')]).toEqual([
      idOf('top'),
      idOf('top'),
      idOf('top'),
    ]);
    expect([rootOf('orphan'), rootOf('self')]).toEqual([idOf('orphan'), idOf('self')]);
    expect(rootOf('x')).toBe(rootOf('y'));
    const roots = await database.withTenant(id, async (tx) =>
      rootAccountIds(tx, [idOf('leaf'), 'acc-none']),
    );
    expect([...roots]).toEqual([
      [idOf('leaf'), idOf('top')],
      ['acc-none', 'acc-none'],
    ]);
    const rows = await database.withTenant(id, async (tx) => listAccounts(tx, { search: 'LEAF' }));
    expect(rows.map(({ parentAccountId }) => parentAccountId)).toEqual([idOf('mid')]);
  });
});
