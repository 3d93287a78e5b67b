import { beforeAll, describe, expect, test } from 'vitest';
import { listCases } from '../../src/act/cases/case-store.ts';
import { listTasks } from '../../src/act/tasks/store.ts';
import { addHours, addMinutes, type Instant } from '../../src/domain/time.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import type { AccountBlueprint } from '../../src/sample/define.ts';
import contentRenewal from '../../src/sample/stories/content-renewal.ts';
import decliningRenewal from '../../src/sample/stories/declining-renewal.ts';
import silentRenewal from '../../src/sample/stories/silent-renewal.ts';
import { ANCHOR, foundCompany, type Company, type CompanyOptions } from '../fixtures/company.ts';
import { testDatabase } from '../support/database.ts';

let database: OpenDatabase;
beforeAll(async () => {
  database = await testDatabase();
});

const found = (
  tenantId: string,
  accounts: readonly AccountBlueprint[],
  edits: CompanyOptions['edits'] = {},
) => foundCompany(database, tenantId, { accounts, edits });

/** Runs the line and lets what is due happen. */
const tasksAfter = async (company: Company, now: Instant) => {
  const report = await company.run(now);
  await company.tick(addMinutes(now, 1));
  const tasks = await company.here((tx) => listTasks(tx, { world: 'live' }));
  return {
    report,
    tasks: tasks.filter(({ kind }) => kind.startsWith('executive') || kind.startsWith('renewal')),
  };
};

const days = (count: number): Instant => addHours(ANCHOR, count * 24);

/**
 * An annual renewal comes up in 2 weeks. The CSM reaches out for the first time in 3 months: "we have been meaning to
 * talk to you about some issues". There is no time to fix anything. A 90-day runway would have surfaced them.
 */
describe('a renewal that nobody called about', () => {
  test('85 days ahead: an executive has a check-in to make, long before it is too late', async () => {
    const { tasks } = await tasksAfter(await found('early', [decliningRenewal.account]), ANCHOR);
    expect(tasks.map(({ kind, ownerId }) => [kind, ownerId])).toEqual([
      ['executive_check_in', 'helen-brandt'],
    ]);
    expect(tasks[0]?.draft).not.toContain('compressed');
  });

  test('30 days ahead: the conversation follows, although the data has fallen silent meanwhile', async () => {
    const company = await found('onward', [decliningRenewal.account]);
    await tasksAfter(company, ANCHOR);
    const { tasks } = await tasksAfter(company, days(56));
    expect(tasks.map(({ kind }) => kind).sort()).toEqual([
      'executive_check_in',
      'renewal_conversation',
    ]);
  });

  test('found 14 days ahead: everything at once, and the plan says that it was compressed', async () => {
    const { tasks } = await tasksAfter(await found('late', [silentRenewal.account]), ANCHOR);
    expect(tasks.map(({ kind }) => kind).sort()).toEqual([
      'executive_check_in',
      'renewal_conversation',
    ]);
    for (const task of tasks)
      expect(task.draft).toContain('found 14 days before the renewal instead of 90');
  });

  test('without the practice nobody calls', async () => {
    const off = {
      'playbooks.yaml': [['  renewal-runway:\n', '  renewal-runway:\n    enabled: false\n']],
    } as const;
    const { tasks } = await tasksAfter(await found('silent', [silentRenewal.account], off), ANCHOR);
    expect(tasks).toEqual([]);
  });
});

test('every renewal within 90 days is listed and rated; a content customer is left in peace', async () => {
  const company = await found('listed', [contentRenewal.account, decliningRenewal.account]);
  const { report } = await tasksAfter(company, ANCHOR);
  expect(report.renewals.map(({ days: ahead, declining }) => [ahead, declining])).toEqual([
    [60, false],
    [85, true],
  ]);
  for (const { rating } of report.renewals) expect(rating).not.toBeNull();
  const cases = await company.here((tx) => listCases(tx, { world: 'live' }));
  const alder = await company.accountId('alder-foods');
  expect(cases.filter(({ accountId }) => accountId === alder)).toEqual([]);
});
