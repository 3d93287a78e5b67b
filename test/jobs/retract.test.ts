import { beforeAll, expect, test } from 'vitest';
import { listApprovals } from '../../src/act/approvals/read.ts';
import { listCases } from '../../src/act/cases/case-store.ts';
import { listLedger } from '../../src/act/ledger/ledger.ts';
import { listOutbox } from '../../src/act/outbox/store.ts';
import { addHours, addMinutes } from '../../src/domain/time.ts';
import { planRetraction, retract, undoRetraction } from '../../src/jobs/line/retract.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import contentRenewal from '../../src/sample/stories/content-renewal.ts';
import imminentChurn from '../../src/sample/stories/imminent-churn.ts';
import { ANCHOR, foundCompany } from '../fixtures/company.ts';
import { testDatabase } from '../support/database.ts';

let database: OpenDatabase;
beforeAll(async () => {
  database = await testDatabase();
});

test('what is pending because of retracted events is withdrawn, by an admin, and comes back when they do', async () => {
  const company = await foundCompany(database, 'retracting', {
    accounts: [imminentChurn.account, contentRenewal.account],
  });
  await company.run(ANCHOR);
  const pending = () =>
    company.here((tx) => listApprovals(tx, { world: 'live', status: 'pending' }));
  const waiting = async () =>
    (await company.here((tx) => listOutbox(tx, { world: 'live' }))).filter(({ status }) =>
      ['held', 'ready'].includes(status),
    );
  expect(await pending()).toHaveLength(1);
  expect((await waiting()).length).toBeGreaterThan(0);

  const sources = await company.here((tx) =>
    tx.query<{ source: string }>(
      `select distinct source from events where type = 'usage.recorded'`,
    ),
  );
  const selector = { source: sources[0]?.source ?? '', since: null };
  const now = addHours(ANCHOR, 1);
  const given = { selector, parts: company.parts, now };
  const mayNot = company.here((tx) =>
    retract(tx, { ...given, person: company.approvers[0], reason: 'a test export' }),
  );
  await expect(mayNot).rejects.toMatchObject({ code: 'auth.not_allowed' });

  const plan = await company.here((tx) => planRetraction(tx, { selector }));
  const done = await company.here((tx) =>
    retract(tx, { ...given, person: company.admin, reason: 'a test export' }),
  );
  expect(done).toMatchObject({ events: plan.events, cases: plan.cases });
  expect(await pending()).toEqual([]);
  expect(await waiting()).toEqual([]);
  const [entry] = await company.here((tx) => listLedger(tx, { kind: 'events.retracted' }));
  expect(entry?.body).toMatchObject({ reason: 'a test export', events: plan.events });

  await company.run(addMinutes(now, 5));
  await company.tick(addMinutes(now, 6));
  const saves = () =>
    company.here(
      async (tx) =>
        (await listCases(tx, { world: 'live', playbook: 'churn-save', status: 'open' })).length,
    );
  const after = await waiting();
  expect(after.filter(({ templateId }) => templateId === 'save-discount')).toEqual([]);

  const later = addHours(now, 1);
  await company.here((tx) =>
    undoRetraction(tx, {
      retractionId: done.retractionId,
      person: company.admin,
      reason: 'it was real',
      parts: company.parts,
      now: later,
    }),
  );
  await company.run(addMinutes(later, 5));
  expect(await saves()).toBe(1);
  expect(await pending()).toHaveLength(1);
});
