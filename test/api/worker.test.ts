import { expect, test } from 'vitest';
import { listRuns } from '../../src/act/cases/run-store.ts';
import { makeHouse, NOW, startApi } from './support.ts';

test('an accepted batch has the line run over the accounts that it touched, and no others', async () => {
  const api = await startApi({ works: true });
  const house = await makeHouse(api, 'acme');
  const send = (groupId: string) =>
    api.call('POST', '/v1/group', {
      token: house.keys.server,
      body: { userId: `user of ${groupId}`, groupId, traits: { name: groupId }, timestamp: NOW },
    });
  const runs = async () => {
    const all = await api.db.withTenant(house.tenantId, (tx) => listRuns(tx));
    return all.filter(({ reason, status }) => reason === 'ingest' && status === 'done');
  };
  await send('first');
  await expect.poll(runs, { timeout: 120_000, interval: 500 }).toHaveLength(1);
  await send('second');
  await expect.poll(runs, { timeout: 120_000, interval: 500 }).toHaveLength(2);
  const assessed = (await runs()).map(({ report }) => report?.['assessed']);
  expect(assessed).toEqual([1, 1]);
});
