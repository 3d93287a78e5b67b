import { beforeAll, describe, expect, it } from 'vitest';
import type { IncomingEvent } from '../../src/domain/event.ts';
import type { Day } from '../../src/domain/time.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import { dataFindings, silentSources } from '../../src/sense/data-quality.ts';
import { compareArr, tieOutArr } from '../../src/sense/finance/tie-out.ts';
import { createTenant, testDatabase } from '../support/database.ts';
import { accept, account, configOf, entities, event, june, NOW } from './sending.ts';

let database: OpenDatabase;
beforeAll(async () => {
  database = await testDatabase();
});

const crm = (externalId: string) => ({ ref: { source: 'crm', externalId } });
const usd = (minor: number) => ({ minor, currency: 'USD' });
const paying = (externalId: string, minor: number): IncomingEvent =>
  event(
    'subscription.changed',
    {
      ...{ subscriptionId: `s-${externalId}`, planId: 'pro', status: 'active' },
      ...{ mrr: usd(minor), startedOn: '2026-05-01' },
    },
    crm(externalId),
  );
const stated = (externalId: string, minor: number, source = 'crm'): IncomingEvent =>
  event(
    'finance_arr.changed',
    { statementId: `${externalId}@june`, asOf: '2026-06-15', arr: usd(minor) },
    { source: 'finance', ref: { source, externalId } },
  );

const context = { config: configOf(), entities, now: NOW };

describe('ARR against finance', () => {
  it('ties out within the tolerance, account by account, and says where not and why', async () => {
    const id = await createTenant(database, 'ties');
    expect(await database.withTenant(id, (tx) => tieOutArr(tx, context))).toBeNull();
    await accept(database, id, [
      ...['a1', 'a2', 'a3'].map((each) => account(each)),
      ...[paying('a1', 10_000), paying('a2', 20_000), paying('a3', 5_000)],
      ...[stated('a1', 120_000), stated('a2', 230_000), stated('F-9', 7_000, 'finance')],
    ]);
    const tied = await database.withTenant(id, (tx) => tieOutArr(tx, context));
    expect(tied).toMatchObject({
      asOf: '2026-06-15',
      ours: 420_000,
      finance: 357_000,
      difference: 63_000,
      ties: false,
    });
    expect(tied?.accounts.map(({ name, difference, ties }) => [name, difference, ties])).toEqual([
      ['Company a3', 60_000, false],
      ['Company a2', 10_000, false],
      ['finance F-9', -7_000, false],
      ['Company a1', 0, true],
    ]);
    expect(tied?.accounts.map(({ because }) => because)).toEqual([
      'finance has no line for it',
      'the amounts differ',
      expect.stringContaining('retinue unmatched'),
      null,
    ]);
  });

  it.each([
    [1000, 1000, 0, true],
    [1005, 1000, 50, true],
    [1006, 1000, 50, false],
    [null, 1000, 9_999, false],
    [5, null, 500, false],
  ] as const)('%s against %s within %s bp: %s', (ours, finance, tolerance, ties) => {
    expect(compareArr(ours, finance, tolerance).ties).toBe(ties);
  });
});

describe('silent sources', () => {
  const heard = (days: Day[]) => [{ source: 'crm', kind: 'ticket', days }];

  it('are told by their own rhythm', () => {
    const daily: Day[] = ['2026-06-20', '2026-06-21', '2026-06-22', '2026-06-23'];
    const weekly: Day[] = ['2026-06-01', '2026-06-08', '2026-06-15'];
    expect(silentSources(heard(daily), '2026-06-26')).toEqual([]);
    expect(silentSources(heard(daily), '2026-06-27')).toEqual(['crm of ticket for 4 days']);
    expect(silentSources(heard(weekly), '2026-06-30')).toEqual([]);
    expect(silentSources(heard(daily.slice(0, 2)), '2026-12-01')).toEqual([]);
  });
});

it('finds what is missing, unmatched and told otherwise, and says what to do', async () => {
  const id = await createTenant(database, 'quality');
  await accept(database, id, [
    account('a1', { ownerId: 'stranger' }),
    account('a2'),
    account('gone'),
    ...[paying('a1', 100), paying('a2', 100)],
    event(
      'contact.changed',
      { contactId: 'c', name: 'Jo', email: 'jo@a.example', role: 'champion' },
      crm('a1'),
    ),
    event(
      'contract.changed',
      { contractId: 'k', startedOn: '2026-01-01', renewsOn: '2027-01-01' },
      crm('a1'),
    ),
    event(
      'account.changed',
      { accountId: 'b1', name: 'Else' },
      { source: 'billing', occurredAt: june(2), ref: { source: 'billing', externalId: 'b1' } },
    ),
    event('link.bound', { source: 'billing', externalId: 'b1' }, crm('a1')),
    event(
      'ticket.changed',
      { ticketId: 't', status: 'open', openedAt: june(2) },
      { ref: { source: 'desk', externalId: 'o9' } },
    ),
    event('ticket.changed', { ticketId: 7 }, crm('a1')),
  ]);
  const findings = await database.withTenant(id, (tx) => dataFindings(tx, context));
  const counts = Object.fromEntries(
    findings.map(({ id: about, count, of }) => [about, [count, of]]),
  );
  expect(counts).toEqual({
    match_rate: [1, 5],
    owners: [1, 2],
    unknown_owners: [1, 2],
    contacts: [1, 2],
    renewal_dates: [1, 2],
    silent_sources: [0, expect.any(Number)],
    conflicts: [1, 1],
    quarantine: [1, 1],
    arr: [1, 1],
  });
  for (const { state, action } of findings) expect(action === null).toBe(state === 'good');
});
