import { expect, test } from 'vitest';
import { getCaseRoute } from '../../src/api/cases.ts';
import { addMinutes } from '../../src/domain/time.ts';
import { ANCHOR } from '../fixtures/company.ts';
import {
  COLLAPSED,
  collapseBatch,
  dropCases,
  foundCollapse,
  hasRun,
  historyBatch,
} from '../fixtures/collapse.ts';
import { signIn, startApi } from './support.ts';

test('a batch that tells of a collapse of calls opens a case that says so, of that account alone', async () => {
  const api = await startApi({ works: true, now: ANCHOR });
  const gateway = await foundCollapse(api.db, 'acme');
  const { company, key } = gateway;
  const post = (batch: readonly object[]) =>
    api.call('POST', '/v1/batch', { token: key, body: { batch } });
  const history = await post(historyBatch());
  expect(history).toMatchObject({ status: 200, body: { quarantined: [] } });
  await expect.poll(() => hasRun(gateway), { timeout: 120_000, interval: 100 }).toBe(true);
  expect(await dropCases(gateway)).toEqual([]);
  // Beyond the quarter of an hour within which all accounts are not looked at again.
  api.clock.set(addMinutes(ANCHOR, 20));
  const told = await post(collapseBatch());
  expect(told).toMatchObject({ status: 200, body: { quarantined: [] } });
  await expect.poll(() => dropCases(gateway), { timeout: 120_000, interval: 100 }).toHaveLength(1);
  const [found] = await dropCases(gateway);
  expect(found?.accountId).toBe(await company.accountId(COLLAPSED));
  const admin = api.client(await signIn(api, company.admin));
  const view = await admin.call(getCaseRoute, { params: { id: found?.id ?? '' } });
  expect(view.case.reasons.map(({ text }) => text)).toContainEqual(
    expect.stringMatching(/^`api_calls` fell \d\d % within a week$/),
  );
});
