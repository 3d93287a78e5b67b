import { beforeAll, expect, test } from 'vitest';
import { listApprovals, loadApproval } from '../../src/act/approvals/read.ts';
import { vote } from '../../src/act/approvals/vote.ts';
import { listCases } from '../../src/act/cases/case-store.ts';
import { listOutbox } from '../../src/act/outbox/store.ts';
import { listProposals } from '../../src/act/settle/read.ts';
import { LIVE } from '../../src/domain/case.ts';
import { addMinutes } from '../../src/domain/time.ts';
import { roundKit } from '../../src/graph/kit.ts';
import { driveDue } from '../../src/jobs/line/drive-due.ts';
import { createPerson } from '../../src/platform/auth/people.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import type { AccountBlueprint } from '../../src/sample/define.ts';
import imminentChurn from '../../src/sample/stories/imminent-churn.ts';
import { ANCHOR, foundCompany } from '../fixtures/company.ts';
import { testDatabase } from '../support/database.ts';

let database: OpenDatabase;
beforeAll(async () => {
  database = await testDatabase();
});

test('ten people answer one approval at once, while workers take it up: it is decided once and done once', async () => {
  const company = await foundCompany(database, 'ten', { accounts: [imminentChurn.account] });
  await company.run(ANCHOR);
  const [approval] = await company.here((tx) => listApprovals(tx, { status: 'pending' }));
  const people = await company.here((tx) =>
    Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        createPerson(tx, {
          name: `Approver ${index}`,
          email: `approver-${index}@company.example`,
          roles: ['approver'],
          by: company.admin,
          now: ANCHOR,
        }),
      ),
    ),
  );
  const now = addMinutes(ANCHOR, 10);
  const approvalId = approval?.id ?? '';
  const [answers] = await Promise.all([
    Promise.allSettled(
      people.map((person) =>
        company.here((tx) => vote(tx, { approvalId, person, vote: 'approve', now })),
      ),
    ),
    company.tick(now),
    company.tick(now),
  ]);
  const counted = answers.filter(({ status }) => status === 'fulfilled');
  expect(counted).toHaveLength(approval?.quorum ?? 0);
  for (const answer of answers.filter((one) => one.status === 'rejected'))
    expect(answer.reason).toMatchObject({ code: 'already_decided' });
  await Promise.all([1, 2, 3].map((minutes) => company.tick(addMinutes(now, minutes))));
  await company.tick(addMinutes(now, 10));
  expect(await company.here((tx) => loadApproval(tx, approvalId))).toMatchObject({
    status: 'consumed',
    votes: counted.map(() => ({ vote: 'approve' })),
  });
  const rows = await company.here((tx) => listOutbox(tx, { world: LIVE.id }));
  expect(
    rows.filter(({ templateId }) => templateId === 'save-discount').map(({ status }) => status),
  ).toEqual(['done']);
});

/** Slipping, and about to renew: two playbooks want to write to it at once. */
const wanted = (id: string): AccountBlueprint => ({
  ...imminentChurn.account,
  id,
  name: id,
  renewsInDays: 14,
  contacts: imminentChurn.account.contacts.map((contact) => ({
    ...contact,
    id: contact.id.replace('granite-energy', id),
  })),
});

test('two cases of one account race for the last contact of the week: one gets it, the other waits', async () => {
  const names = ['race-1', 'race-2', 'race-3', 'race-4'];
  const company = await foundCompany(database, 'race', {
    accounts: names.map(wanted),
    edits: { 'tenant.yaml': [['perAccountAndWeek: 3', 'perAccountAndWeek: 1']] },
  });
  const { tenantId, parts } = company;
  const stop = ({ label }: { readonly label: string }) => {
    if (label === 'rounds') throw new Error('the cases are open');
  };
  await expect(company.run(ANCHOR, { onProgress: stop })).rejects.toThrow('the cases are open');
  const cases = await company.here((tx) => listCases(tx, { world: LIVE.id, status: 'open' }));
  expect(cases.map(({ playbook }) => playbook).sort()).toEqual(
    ['churn-save', 'renewal-runway'].flatMap((playbook) => names.map(() => playbook)),
  );
  // Each worker has a graph of its own, as processes have.
  const workers = [1, 2, 3, 4].map(() =>
    driveDue(roundKit({ db: database, parts, models: null }), {
      tenantId,
      world: LIVE,
      now: ANCHOR,
    }),
  );
  await Promise.all(workers);
  await company.tick(addMinutes(ANCHOR, 5));
  await company.tick(addMinutes(ANCHOR, 10));
  const rows = await company.here((tx) => listOutbox(tx, { world: LIVE.id }));
  const messages = rows.filter(({ port, status }) => port === 'email' && status === 'done');
  expect(new Set(messages.map(({ accountId }) => accountId)).size).toBe(names.length);
  expect(messages).toHaveLength(names.length);
  const held = await company.here((tx) =>
    listProposals(tx, { world: LIVE.id, statuses: ['held'] }),
  );
  expect(new Set(held.map(({ accountId }) => accountId)).size).toBe(names.length);
});
