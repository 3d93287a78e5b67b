import { beforeAll, describe, expect, test } from 'vitest';
import { dueCases, loadCase, saveCase, setNextLook } from '../../../src/act/cases/case-store.ts';
import {
  claimRound,
  holdLease,
  loadRound,
  openRound,
  releaseRound,
  strandedRounds,
  updateRound,
  voidRound,
} from '../../../src/act/cases/round-store.ts';
import { worldOf } from '../../../src/act/cases/world.ts';
import { addMinutes } from '../../../src/domain/time.ts';
import type { OpenDatabase, TenantTx } from '../../../src/platform/db/database.ts';
import { NOW } from '../../fixtures/account.ts';
import { storedCase } from '../../fixtures/stored-case.ts';
import { createTenant, onlyPostgres, testDatabase } from '../../support/database.ts';

let database: OpenDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await createTenant(database, 'acme');
});

const inAcme = <T>(work: (tx: TenantTx) => Promise<T>): Promise<T> =>
  database.withTenant('acme', work);

const opening = (caseId: string) => ({
  caseId,
  world: 'live',
  cause: 'opened',
  mode: 'rules' as const,
  graphVersion: 1,
  configVersion: 1,
  now: NOW,
});

/** A case with its first round open. */
const withRound = async (id: string): Promise<void> => {
  await inAcme(async (tx) => {
    await saveCase(tx, storedCase({ id, accountId: `account of ${id}` }));
    await openRound(tx, opening(id));
  });
};

const claim = (id: string, seconds = 60) => inAcme((tx) => claimRound(tx, id, 1, seconds));

/** As though its worker had been silent for longer than the lease. */
const lapse = (id: string) =>
  inAcme((tx) => tx.query(`update rounds set lease_until = 'epoch' where case_id = $1`, [id]));

describe('a case', () => {
  test('comes back as it was saved', async () => {
    const saved = storedCase({ id: 'same', arrAtRisk: { minor: 4_800_000, currency: 'USD' } });
    await inAcme((tx) => saveCase(tx, saved));
    expect(await inAcme((tx) => loadCase(tx, 'same'))).toEqual(saved);
  });

  test('is not opened a second time for the same matter', async () => {
    await inAcme((tx) => saveCase(tx, storedCase({ id: 'first', accountId: 'one' })));
    const again = inAcme((tx) => saveCase(tx, storedCase({ id: 'second', accountId: 'one' })));
    await expect(again).rejects.toMatchObject({ code: '23505' });
  });

  test('may be opened in a shadow beside the live one', async () => {
    await inAcme((tx) => saveCase(tx, storedCase({ id: 'live one', accountId: 'two' })));
    const shadow = storedCase({ id: 'shadow one', accountId: 'two', world: worldOf('shadow-1') });
    await expect(inAcme((tx) => saveCase(tx, shadow))).resolves.toBeUndefined();
  });

  test('is due from its next look on, in its own world', async () => {
    await inAcme(async (tx) => {
      await saveCase(tx, storedCase({ id: 'later', accountId: 'three' }));
      await setNextLook(tx, 'later', addMinutes(NOW, 10), 'next look');
    });
    const due = (minutes: number, world = 'live') =>
      inAcme(async (tx) => (await dueCases(tx, world, addMinutes(NOW, minutes), ['three'])).length);
    expect([await due(9), await due(10), await due(10, 'shadow-1')]).toEqual([0, 1, 0]);
  });
});

describe('a round', () => {
  test('is opened once: while it is unfinished there is no other', async () => {
    await withRound('once');
    expect(await inAcme((tx) => openRound(tx, opening('once')))).toBeNull();
    await inAcme((tx) => updateRound(tx, 'once', 1, { status: 'done' }));
    await inAcme((tx) => setNextLook(tx, 'once', NOW, 'next look'));
    expect(await inAcme((tx) => openRound(tx, opening('once')))).toBe(2);
  });

  test('is not opened before the next look, however long ago somebody found the case due', async () => {
    await withRound('early');
    await inAcme((tx) => updateRound(tx, 'early', 1, { status: 'done' }));
    expect(await inAcme((tx) => openRound(tx, opening('early')))).toBeNull();
    await inAcme((tx) => setNextLook(tx, 'early', addMinutes(NOW, 1), 'next look'));
    expect(await inAcme((tx) => openRound(tx, opening('early')))).toBeNull();
  });

  test('is not opened for a case that is closed or waits', async () => {
    await inAcme((tx) =>
      saveCase(tx, storedCase({ id: 'waits', accountId: 'four', status: 'waiting' })),
    );
    expect(await inAcme((tx) => openRound(tx, opening('waits')))).toBeNull();
  });

  test('is held by one worker at a time', async () => {
    await withRound('held');
    expect(await claim('held')).toMatchObject({ leaseEpoch: 1, threadId: 'case:held:r1:g1' });
    expect(await claim('held')).toBeNull();
    await lapse('held');
    expect(await claim('held')).toMatchObject({ leaseEpoch: 2, attempts: 2 });
  });

  test('refuses the writes of a worker that was replaced while it slept', async () => {
    await withRound('fenced');
    const slept = await claim('fenced');
    await lapse('fenced');
    await claim('fenced');
    const write = inAcme((tx) => holdLease(tx, 'fenced', 1, slept?.leaseEpoch ?? 0));
    await expect(write).rejects.toMatchObject({ code: 'round.lease_lost' });
  });

  test('refuses the writes of a worker whose round was voided', async () => {
    await withRound('voided');
    const working = await claim('voided');
    expect(await inAcme((tx) => voidRound(tx, 'voided', 1, 'its reasons changed', NOW))).toBe(true);
    const write = inAcme((tx) => holdLease(tx, 'voided', 1, working?.leaseEpoch ?? 0));
    await expect(write).rejects.toMatchObject({ code: 'round.lease_lost' });
    expect(await inAcme((tx) => loadRound(tx, 'voided', 1))).toMatchObject({
      status: 'void',
      note: 'its reasons changed',
    });
  });

  test('is given back by its holder alone', async () => {
    await withRound('given');
    const first = await claim('given');
    await lapse('given');
    const second = await claim('given');
    if (first === null || second === null) throw new Error('not claimed');
    await inAcme((tx) => releaseRound(tx, first));
    expect(await claim('given')).toBeNull();
    await inAcme((tx) => releaseRound(tx, second));
    expect(await claim('given')).toMatchObject({ attempts: 1 });
  });

  test('is taken up again after a crash, and after a failure from its time on', async () => {
    await withRound('stranded');
    const stranded = (minutes: number) =>
      inAcme(async (tx) =>
        (await strandedRounds(tx, 'live', addMinutes(NOW, minutes))).some(
          ({ caseId }) => caseId === 'stranded',
        ),
      );
    const claimed = await claim('stranded');
    expect(await stranded(0)).toBe(false);
    await lapse('stranded');
    expect(await stranded(0)).toBe(true);
    if (claimed === null) throw new Error('not claimed');
    const retry = { retryAt: addMinutes(NOW, 4), note: 'the port was down' };
    await inAcme((tx) => releaseRound(tx, claimed, retry));
    expect([await stranded(3), await stranded(4)]).toEqual([false, true]);
  });

  onlyPostgres('claimed by ten workers at once', () => {
    test('goes to one of them', async () => {
      await withRound('raced');
      const claims = await Promise.all(Array.from({ length: 10 }, () => claim('raced')));
      expect(claims.filter((claimed) => claimed !== null)).toHaveLength(1);
    });
  });
});

test.each(['production', 'Live', 'shadow', ''])('`%s` is not a world', (id) => {
  expect(() => worldOf(id)).toThrow('is not a world');
});
