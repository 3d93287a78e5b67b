import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { performDue, type PerformInput } from '../../../src/act/outbox/perform.ts';
import { listOutbox, loadOutboxRow } from '../../../src/act/outbox/store.ts';
import type { Port } from '../../../src/connectors/define.ts';
import type { Database, OpenDatabase, TenantTx } from '../../../src/platform/db/database.ts';
import { createTenant, onlyPostgres, testDatabase } from '../../support/database.ts';
import { aPreview, aProposal, permitted, worker } from '../support/act.ts';
import { fakePort, worldPorts, type FakePort } from '../support/ports.ts';

let database: OpenDatabase;
let tenantId: string;
let tenants = 0;

beforeAll(async () => {
  database = await testDatabase();
});

beforeEach(async () => {
  tenantId = await createTenant(database, `leases-${++tenants}`);
});

const run = <T>(work: (tx: TenantTx) => Promise<T>): Promise<T> =>
  database.withTenant(tenantId, work);
const perform = (port: Port, over: Partial<PerformInput> = {}) =>
  performDue(worker(database, { ports: worldPorts(port), tenantId, ...over }));
const expireLease = () =>
  run((tx) => tx.query(`update outbox set lease_until = clock_timestamp() - interval '1 second'`));

/** A port whose effect happens and whose answer waits until it is let go. */
const slowly = (port: FakePort) => {
  let letGo: () => void = () => undefined;
  let begin: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (letGo = resolve));
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const slow: Port = {
    ...port,
    perform: async (effect, now, signal) => {
      const result = await port.perform(effect, now, signal);
      begin();
      await gate;
      return result;
    },
  };
  return {
    slow,
    begun,
    letGo: () => {
      letGo();
    },
  };
};

/** A database whose transactions are followed by something, once, when their result satisfies a test. */
const afterTransaction = (
  matches: (result: unknown) => boolean,
  then: () => Promise<unknown>,
): Database => {
  let done = false;
  return {
    ...database,
    withTenant: async (tenant, work) => {
      const result = await database.withTenant(tenant, work);
      if (!done && matches(result)) {
        done = true;
        await then();
      }
      return result;
    },
  };
};

describe('a worker that stands still beyond its lease', () => {
  it.each([
    ['at_most_once', 'unknown', 1],
    ['idempotent', 'done', 1],
    ['queryable', 'done', 1],
  ] as const)(
    'while acting (%s): another takes over, it ends %s, and the first has no say',
    async (guarantee, status, happened) => {
      const port = fakePort(guarantee, 'done');
      const { actionId } = await run((tx) => permitted(tx, aProposal()));
      const { slow, begun, letGo } = slowly(port);
      const ended: string[] = [];
      const first = perform(slow, { finished: async (_, row) => void ended.push(row.status) });
      await begun;
      expect((await perform(port)).actions).toEqual([]);
      await expireLease();
      expect((await perform(port)).actions).toEqual([{ actionId, status }]);
      letGo();
      expect((await first).actions).toEqual([{ actionId, status: 'lost' }]);
      expect(ended).toEqual([]);
      expect((await run((tx) => loadOutboxRow(tx, actionId)))?.status).toBe(status);
      expect(port.happened).toHaveLength(happened);
    },
  );

  it('after its claim: it neither acts nor writes', async () => {
    const port = fakePort('at_most_once', 'done');
    const { actionId } = await run((tx) => permitted(tx, aProposal()));
    const isClaim = (result: unknown) =>
      (result as { leaseEpoch?: number } | null)?.leaseEpoch === 1;
    const db = afterTransaction(isClaim, async () => {
      await expireLease();
      expect((await perform(port)).actions).toEqual([{ actionId, status: 'done' }]);
    });
    expect((await perform(port, { db })).actions).toEqual([{ actionId, status: 'lost' }]);
    expect(port.calls).toHaveLength(1);
  });

  it('after its claim, though nobody has taken over: it does not act', async () => {
    const port = fakePort('at_most_once', 'done');
    const { actionId } = await run((tx) => permitted(tx, aProposal()));
    const isClaim = (result: unknown) =>
      (result as { leaseEpoch?: number } | null)?.leaseEpoch === 1;
    const db = afterTransaction(isClaim, expireLease);
    expect((await perform(port, { db })).actions).toEqual([{ actionId, status: 'lost' }]);
    expect(port.calls).toEqual([]);
    expect((await perform(port)).actions).toEqual([{ actionId, status: 'done' }]);
  });

  it('while acting: it writes nothing into the work of the one that took over', async () => {
    const port = fakePort('idempotent', 'done');
    const { actionId } = await run((tx) => permitted(tx, aProposal()));
    const [one, two] = [slowly(port), slowly(port)];
    const first = perform(one.slow);
    await one.begun;
    await expireLease();
    const second = perform(two.slow);
    await two.begun;
    one.letGo();
    expect((await first).actions).toEqual([{ actionId, status: 'lost' }]);
    expect(await run((tx) => loadOutboxRow(tx, actionId))).toMatchObject({
      status: 'sending',
      leaseEpoch: 2,
      receipt: null,
    });
    two.letGo();
    expect((await second).actions).toEqual([{ actionId, status: 'done' }]);
    expect(port.happened).toHaveLength(1);
  });

  it('between the hand-over and the effect: it does not act on waking, and gives the row back', async () => {
    const port = fakePort('at_most_once', 'done');
    const { actionId } = await run((tx) => permitted(tx, aProposal()));
    const late = { leaseMilliseconds: 1000, effectTimeoutMilliseconds: 1000 };
    expect((await perform(port, late)).actions).toEqual([{ actionId, status: 'ready' }]);
    expect(port.calls).toEqual([]);
    expect((await perform(port)).actions).toEqual([{ actionId, status: 'done' }]);
  });

  it('and whose row nobody took may still tell what happened', async () => {
    const port = fakePort('at_most_once', 'done');
    const { actionId } = await run((tx) => permitted(tx, aProposal()));
    const { slow, begun, letGo } = slowly(port);
    const first = perform(slow);
    await begun;
    await expireLease();
    letGo();
    expect((await first).actions).toEqual([{ actionId, status: 'done' }]);
  });
});

const manyRows = async (count: number): Promise<void> => {
  for (let index = 0; index < count; index += 1) {
    const recipient = { contactId: `c${index}`, email: `c${index}@customer.example`, name: 'C' };
    await run((tx) =>
      permitted(
        tx,
        aProposal({
          caseId: `case-${index}`,
          accountId: `acct-${index % 5}`,
          preview: aPreview({ recipient }),
        }),
      ),
    );
  }
};

it('many workers at once carry out each row once', async () => {
  await manyRows(30);
  const port = fakePort('at_most_once', 'done');
  const reports = await Promise.all(Array.from({ length: 4 }, () => perform(port)));
  const actions = reports.flatMap((report) => report.actions);
  expect(actions).toHaveLength(30);
  expect(new Set(actions.map(({ status }) => status))).toEqual(new Set(['done']));
  expect(port.happened).toHaveLength(30);
  expect(new Set(port.happened).size).toBe(30);
});

onlyPostgres('two workers with sessions of their own', () => {
  it('one that is paused beyond its lease loses its row to the other, which waits for nothing else', async () => {
    await manyRows(6);
    const port = fakePort('idempotent', 'done');
    const { slow, begun, letGo } = slowly(port);
    const lease = { leaseMilliseconds: 400, effectTimeoutMilliseconds: 200 };
    const paused = perform(slow, { ...lease, limit: 1 });
    await begun;
    const taken: string[] = [];
    // By the clock of the database: the lease runs out while this one keeps asking.
    while (taken.length < 6)
      taken.push(...(await perform(port, lease)).actions.map(({ actionId }) => actionId));
    letGo();
    const [lost] = (await paused).actions;
    expect(lost?.status).toBe('lost');
    expect(taken.indexOf(lost!.actionId)).toBeGreaterThanOrEqual(0);
    const rows = await run((tx) => listOutbox(tx));
    expect(rows.map(({ status }) => status)).toEqual(Array(6).fill('done'));
    expect(rows.find(({ actionId }) => actionId === lost!.actionId)?.leaseEpoch).toBe(2);
    expect(port.happened).toHaveLength(6);
  });

  it('pass over rows and accounts that the other is busy with only as long as it must', async () => {
    await manyRows(2);
    const port = fakePort('at_most_once', 'done');
    let other: Awaited<ReturnType<typeof perform>> | null = null;
    const db = afterTransaction(
      (result) => (result as { leaseEpoch?: number } | null)?.leaseEpoch === 1,
      async () => {
        other = await perform(port);
      },
    );
    const report = await perform(port, { db });
    expect([report.actions.length, other!.actions.length]).toEqual([1, 1]);
    expect(new Set(port.happened).size).toBe(2);
  });

  it('the volume brake counts exactly when two send at once', async () => {
    await manyRows(8);
    const port = fakePort('at_most_once', 'done');
    const input = worker(database, { ports: worldPorts(port), tenantId });
    const config = { ...input.config, outbox: { holdSeconds: 0, maxPerHour: 3 } };
    const reports = await Promise.all(Array.from({ length: 4 }, () => perform(port, { config })));
    expect(port.happened).toHaveLength(3);
    expect(
      reports.flatMap(({ actions }) => actions).filter(({ status }) => status === 'held'),
    ).toHaveLength(5);
  });
});
