import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listCases } from '../../src/act/cases/case-store.ts';
import { listRuns } from '../../src/act/cases/run-store.ts';
import { addHours, dayIn, type Instant } from '../../src/domain/time.ts';
import sweepDrops from '../../src/jobs/sweep-drops.ts';
import { fixedClock } from '../../src/platform/clock.ts';
import { currentConfig } from '../../src/platform/config/store.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import { contentUse, customer, reachable } from '../../src/sample/customer.ts';
import { acceptEvents } from '../../src/sense/events/accept.ts';
import { loadWatches } from '../../src/sense/series/hours-store.ts';
import { ANCHOR, foundCompany, type Company, type CompanyOptions } from '../fixtures/company.ts';
import { testDatabase } from '../support/database.ts';

const NAMES = ['alder', 'birch', 'cedar', 'douglas'];
const accounts = NAMES.map((id) =>
  customer({
    id,
    name: id,
    planId: 'growth',
    seats: 30,
    contacts: reachable(id, 'Ann Lee', 'Bob Ray'),
    usage: contentUse(20),
  }),
);

/** Calls every six hours for a fortnight; so many in the first week and in the second, by account. */
const send = (
  company: Company,
  secondWeek: Readonly<Record<string, number>>,
  until: Instant = ANCHOR,
  silentDays: readonly string[] = [],
) =>
  company.here(async (tx) => {
    const config = await currentConfig(tx);
    const hours = Array.from({ length: 56 }, (_, index) => index * 6);
    const events = NAMES.flatMap((name) =>
      hours
        .map((ago) => ({
          eventId: `calls-${name}-${ago}`,
          source: 'gateway',
          type: 'usage.recorded',
          occurredAt: addHours(until, -ago),
          trust: 'server' as const,
          ref: { source: 'crm', externalId: name },
          payload: { metric: 'api_calls', quantity: ago < 168 ? (secondWeek[name] ?? 100) : 100 },
        }))
        .filter(
          ({ occurredAt }) =>
            name !== 'birch' || !silentDays.includes(dayIn(config.zone, occurredAt)),
        ),
    );
    return acceptEvents(tx, events, { now: ANCHOR, entities: company.parts.entities, config });
  });

const sweepAt = async (db: OpenDatabase, { parts }: Company, now: Instant): Promise<void> => {
  const { signal } = new AbortController();
  const outside = { dataDir: await mkdtemp(join(tmpdir(), 'retinue-drops-')) };
  const context = { db, clock: fixedClock(now), parts, outside, signal };
  await sweepDrops.run({ ...context, send: async () => undefined }, {});
};

const founded = async (
  tenantId: string,
  edits: CompanyOptions['edits'] = {},
): Promise<[OpenDatabase, Company]> => {
  const db = await testDatabase();
  return [db, await foundCompany(db, tenantId, { accounts, edits })];
};

const open = async (company: Company): Promise<string[]> => {
  const cases = await company.here((tx) => listCases(tx, { world: 'live', status: 'open' }));
  const inputs = cases.flatMap(({ accountId, reasons }) =>
    reasons.filter(({ input }) => input === 'sudden_drop').map(() => accountId),
  );
  return inputs;
};

describe('a sweep', () => {
  test('opens a case for the one account whose calls fell by more than half', async () => {
    const [db, company] = await founded('one-drops');
    await send(company, { birch: 30 });
    await sweepAt(db, company, ANCHOR);
    expect(await open(company)).toEqual([await company.accountId('birch')]);
    const runs = await company.here((tx) => listRuns(tx, { world: 'live' }));
    expect(runs).toMatchObject([{ reason: 'drop', complete: false }]);
    expect((await company.here(loadWatches))[0]).toMatchObject({ comparable: 4, dropped: 1 });
  });

  test('leaves a smaller fall alone, and does not run for nothing', async () => {
    const [db, company] = await founded('one-dips');
    await send(company, { birch: 60 });
    await sweepAt(db, company, ANCHOR);
    expect(await open(company)).toEqual([]);
    expect(await company.here((tx) => listRuns(tx, { world: 'live' }))).toEqual([]);
  });

  test('takes a fall of most accounts for one of the source', async () => {
    const [db, company] = await founded('all-drop');
    await send(company, { alder: 10, birch: 10, cedar: 10 });
    await sweepAt(db, company, ANCHOR);
    expect(await open(company)).toEqual([]);
    // Nor does a run over them for another reason.
    await company.run(ANCHOR);
    expect(await open(company)).toEqual([]);
  });

  test('takes a source that fell silent for silent, and not for a fall', async () => {
    const [db, company] = await founded('silent');
    await send(company, {}, addHours(ANCHOR, -5 * 24));
    await sweepAt(db, company, ANCHOR);
    expect(await open(company)).toEqual([]);
  });

  test('keeps a fortnight and no more', async () => {
    const [db, company] = await founded('bounded');
    await send(company, {});
    await sweepAt(db, company, addHours(ANCHOR, 24 * 20));
    const left = await company.here((tx) => tx.query('select 1 from usage_hours'));
    expect(left).toEqual([]);
  });
});

/** Birch closes from Friday to Monday, and calls nothing; the sweep comes on Tuesday. */
describe('over the holidays of the tenant', () => {
  const CLOSED = ['2026-10-09', '2026-10-10', '2026-10-11', '2026-10-12'];
  const holidays = {
    'tenant.yaml': [['holidays:\n', `holidays:\n${CLOSED.map((day) => `  - ${day}\n`).join('')}`]],
  } as const;

  test('silence is a drop where nobody declared them', async () => {
    const [db, company] = await founded('undeclared');
    await send(company, {}, ANCHOR, CLOSED);
    await sweepAt(db, company, ANCHOR);
    expect(await open(company)).toEqual([await company.accountId('birch')]);
  });

  test('silence opens nothing where they are declared', async () => {
    const [db, company] = await founded('declared', holidays);
    await send(company, {}, ANCHOR, CLOSED);
    await sweepAt(db, company, ANCHOR);
    expect(await open(company)).toEqual([]);
  });

  test('the day after compares working days with working days', async () => {
    const [db, company] = await founded('working', holidays);
    await send(company, { birch: 30 }, ANCHOR, CLOSED);
    await sweepAt(db, company, ANCHOR);
    expect(await open(company)).toEqual([await company.accountId('birch')]);
    const [found] = await company.here((tx) => listCases(tx, { world: 'live', status: 'open' }));
    // With the days on which nobody called it would be more than 80 %.
    expect(found?.reasons.map(({ text }) => text).join(' ')).toMatch(/fell 6\d %/);
  });
});
