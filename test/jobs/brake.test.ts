import { beforeAll, describe, expect, test } from 'vitest';
import { liftBrake } from '../../src/act/brake/brake.ts';
import { brakeOn } from '../../src/act/brake/brake-store.ts';
import { listLedger } from '../../src/act/ledger/ledger.ts';
import { listOutbox } from '../../src/act/outbox/store.ts';
import { listTasks } from '../../src/act/tasks/store.ts';
import { addHours, type Instant } from '../../src/domain/time.ts';
import { currentConfig } from '../../src/platform/config/store.ts';
import { loadCompany } from '../../src/sample/load.ts';
import { contentUse, customer, reachable } from '../../src/sample/customer.ts';
import silentRenewal from '../../src/sample/stories/silent-renewal.ts';
import { acceptEvents } from '../../src/sense/events/accept.ts';
import { ANCHOR, foundCompany, PRICES, type Company } from '../fixtures/company.ts';
import { testDatabase } from '../support/database.ts';

const days = (count: number) => addHours(ANCHOR, 24 * count);

const content = ['alder', 'birch', 'cedar', 'douglas'].map((id) =>
  customer({
    id,
    name: id,
    planId: 'growth',
    seats: 30,
    contacts: reachable(id, 'Ann Lee', 'Bob Ray'),
    usage: contentUse(20),
  }),
);
const SMALL: readonly (readonly [string, string])[] = [['minAccounts: 10', 'minAccounts: 3']];

/** Content customers and one that is written to; then all usage falls silent, until its silence is no longer `no use`. */
const founded = async (
  tenantId: string,
  edits: readonly (readonly [string, string])[] = [],
): Promise<Company> => {
  const company = await foundCompany(await testDatabase(), tenantId, {
    accounts: [...content, silentRenewal.account],
    edits: { 'tenant.yaml': [...SMALL, ...edits] },
  });
  for (const day of [0, 3, 6]) expect((await company.run(days(day))).brake).toBeNull();
  return company;
};

/** The days that were missing arrive: days that are known already are the same events, and change nothing. */
const catchUp = (company: Company, now: Instant) =>
  company.here(async (tx) => {
    const config = await currentConfig(tx);
    const { entities } = company.parts;
    await loadCompany({
      ...{ anchor: now, zone: config.zone, prices: { seatPriceMinor: PRICES } },
      company: [...content, silentRenewal.account],
      accept: (events) => acceptEvents(tx, events, { now, entities, config }),
    });
  });

const outward = async (company: Company) =>
  (await company.here((tx) => listOutbox(tx, { world: 'live' }))).filter((row) => row.outward);

describe('a source that falls silent for everybody', () => {
  let company: Company;
  beforeAll(async () => {
    company = await founded('silenced');
  });

  test('stops outward work, names the input, and tells somebody', async () => {
    expect(await outward(company)).toMatchObject([{ status: 'held' }]);
    const report = await company.run(days(8.5));
    expect(report.brake).toMatch(/suspected: `(logins|api_calls|feature:\*)`/);
    await company.tick(days(8.5));
    const [row] = await outward(company);
    expect(row).toMatchObject({ status: 'held' });
    expect(row?.reasons.at(-1)).toMatchObject({ rule: 'outbox.change-brake' });
    const tasks = await company.here((tx) => listTasks(tx, { world: 'live' }));
    expect(tasks.filter(({ kind }) => kind === 'check_input')).toHaveLength(1);
  });

  test('stays stopped while it is broken, however often it is looked at', async () => {
    expect((await company.run(days(9))).brake).not.toBeNull();
    await company.tick(days(9));
    expect(await outward(company)).toMatchObject([{ status: 'held' }]);
  });

  test('goes on by an admin’s decision alone, and everything is decided again', async () => {
    const lift = (person: Company['admin'], reason: string) =>
      company.here((tx) => liftBrake(tx, { world: 'live', person, reason, now: days(9) }));
    await expect(lift(company.approvers[0], 'looks fine')).rejects.toThrow(/admin/);
    await expect(lift(company.admin, ' ')).rejects.toThrow(/--reason/);
    await lift(company.admin, 'the export stopped; usage is out for maintenance');
    await company.tick(days(9));
    const [row] = await outward(company);
    expect(row?.status).toBe('done');
    await expect(lift(company.admin, 'again')).rejects.toThrow(/not on/);
    const entries = await company.here((tx) => listLedger(tx, { kind: 'change_brake' }));
    expect(entries.map(({ body }) => body['on']).sort()).toEqual([false, true]);
  });

  test('does not come on again for the same state', async () => {
    expect((await company.run(days(10))).brake).toBeNull();
  });
});

describe('where the files let a normal run lift it', () => {
  test('one that is still broken does not', async () => {
    const company = await founded('forgiving', [
      ['liftByNormalRun: false', 'liftByNormalRun: true'],
    ]);
    expect((await company.run(days(8.5))).brake).not.toBeNull();
    expect((await company.run(days(9))).brake).not.toBeNull();
    expect(await company.here((tx) => brakeOn(tx, 'live'))).not.toBeNull();
  });

  test('one over what came after all does, in nobody’s name, and what waited goes on', async () => {
    const company = await founded('repaired', [
      ['liftByNormalRun: false', 'liftByNormalRun: true'],
    ]);
    expect((await company.run(days(8.5))).brake).not.toBeNull();
    await company.tick(days(8.5));
    expect(await outward(company)).toMatchObject([{ status: 'held' }]);
    await catchUp(company, days(9));
    expect((await company.run(days(9))).brake).toBeNull();
    expect(await company.here((tx) => brakeOn(tx, 'live'))).toBeNull();
    const entries = await company.here((tx) => listLedger(tx, { kind: 'change_brake' }));
    const lifted = entries.find(({ body }) => body['on'] === false);
    expect(lifted?.subjects.personId).toBeUndefined();
    await company.tick(days(9));
    expect(await outward(company)).toMatchObject([{ status: 'done' }]);
  });
});
