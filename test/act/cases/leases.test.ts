import { beforeAll, expect, test } from 'vitest';
import { releaseLease, renewLease, takeLease } from '../../../src/act/cases/lease-store.ts';
import type { OpenDatabase, TenantTx } from '../../../src/platform/db/database.ts';
import { createTenant, testDatabase } from '../../support/database.ts';

let database: OpenDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await createTenant(database, 'acme');
  await createTenant(database, 'globex');
});

const inAcme = <T>(work: (tx: TenantTx) => Promise<T>): Promise<T> =>
  database.withTenant('acme', work);
const take = (name: string, holder: string) => inAcme((tx) => takeLease(tx, name, holder, 60));
const lapse = (name: string) =>
  inAcme((tx) => tx.query(`update leases set until = 'epoch' where name = $1`, [name]));

test('one holder at a time, until it lets go', async () => {
  const lease = await take('run:live', 'a');
  expect(await take('run:live', 'b')).toBeNull();
  if (lease === null) throw new Error('not taken');
  await inAcme((tx) => releaseLease(tx, lease));
  expect(await take('run:live', 'b')).toMatchObject({ epoch: 2 });
});

test('a holder that fell silent is replaced, and cannot go on when it wakes', async () => {
  const slept = await take('run:sleepy', 'a');
  await lapse('run:sleepy');
  const next = await take('run:sleepy', 'b');
  if (slept === null || next === null) throw new Error('not taken');
  await expect(inAcme((tx) => renewLease(tx, slept, 60))).rejects.toMatchObject({
    code: 'lease.lost',
  });
  await expect(inAcme((tx) => renewLease(tx, next, 60))).resolves.toBeUndefined();
  await inAcme((tx) => releaseLease(tx, slept));
  expect(await take('run:sleepy', 'c')).toBeNull();
});

test('a lease is the tenant’s own', async () => {
  await take('run:mine', 'a');
  const theirs = await database.withTenant('globex', (tx) => takeLease(tx, 'run:mine', 'a', 60));
  expect(theirs).not.toBeNull();
});
