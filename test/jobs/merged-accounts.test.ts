import { beforeAll, expect, test } from 'vitest';
import { listCases } from '../../src/act/cases/case-store.ts';
import { listOutbox } from '../../src/act/outbox/store.ts';
import { listProposals } from '../../src/act/settle/read.ts';
import { addHours, addMinutes, type Instant } from '../../src/domain/time.ts';
import { currentConfig } from '../../src/platform/config/store.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import type { AccountBlueprint } from '../../src/sample/define.ts';
import contentRenewal from '../../src/sample/stories/content-renewal.ts';
import imminentChurn from '../../src/sample/stories/imminent-churn.ts';
import type { AcceptOptions } from '../../src/sense/events/accept.ts';
import { mergeAccounts, splitAccount } from '../../src/sense/identity/place-links.ts';
import { ANCHOR, foundCompany, type Company } from '../fixtures/company.ts';
import { testDatabase } from '../support/database.ts';

let database: OpenDatabase;
beforeAll(async () => {
  database = await testDatabase();
});

const losing = imminentChurn.account;
const content = contentRenewal.account;
const alsoLosing: AccountBlueprint = {
  ...losing,
  id: 'granite-north',
  name: 'Granite North',
  contacts: losing.contacts.map((contact) => ({ ...contact, id: `north-${contact.id}` })),
};

const optionsOf = async (company: Company, now: Instant): Promise<AcceptOptions> => ({
  now,
  entities: company.parts.entities,
  config: await company.here((tx) => currentConfig(tx)),
});

const merge = async (company: Company, from: string, into: string, now: Instant) => {
  const ids = { accountId: await company.accountId(from), into: await company.accountId(into) };
  const options = await optionsOf(company, now);
  await company.here((tx) => mergeAccounts(tx, { ...ids, by: 'p1' }, options));
  return ids;
};

const saves = (company: Company) =>
  company.here(async (tx) =>
    (await listCases(tx, { world: 'live', playbook: 'churn-save' })).map(
      ({ id, accountId, status, closeReason }) => ({ id, accountId, status, closeReason }),
    ),
  );

const sent = (company: Company) =>
  company.here(async (tx) =>
    (await listOutbox(tx, { world: 'live' }))
      .filter(({ port, status }) => port === 'email' && status === 'done')
      .map(({ templateId, effect }) => `${String(templateId)} ${effect.recipient?.email ?? ''}`),
  );

test('a case goes along with its account, keeps what it sent, and comes back when they are split', async () => {
  const company = await foundCompany(database, 'goes-along', { accounts: [losing, content] });
  await company.run(ANCHOR);
  await company.tick(addMinutes(ANCHOR, 1));
  const [before] = await saves(company);
  const letters = await sent(company);
  expect(letters).toHaveLength(1);

  const later = addHours(ANCHOR, 1);
  const { accountId: from, into } = await merge(company, losing.id, content.id, later);
  await company.tick(addMinutes(later, 1));
  expect(await saves(company)).toEqual([{ ...before, accountId: into }]);
  const proposals = await company.here((tx) => listProposals(tx, { caseId: before?.id ?? '' }));
  expect(
    proposals.filter(({ accountId }) => accountId === from).map(({ status }) => status),
  ).not.toContain('pending_approval');

  await company.run(addHours(later, 1));
  await company.tick(addHours(later, 2));
  expect(
    (await saves(company)).filter(({ status }) => status !== 'closed').length,
  ).toBeLessThanOrEqual(1);
  expect(await sent(company)).toEqual(letters);

  const apart = addHours(later, 3);
  const options = await optionsOf(company, apart);
  await company.here((tx) =>
    splitAccount(
      tx,
      { accountId: into, links: [{ source: 'crm', externalId: losing.id }], by: 'p1' },
      options,
    ),
  );
  await company.run(addHours(apart, 1));
  await company.tick(addHours(apart, 2));
  const own = (await saves(company)).filter(({ accountId }) => accountId === from);
  expect(own.map(({ id }) => id)).toContain(before?.id);
  expect(await sent(company)).toEqual(letters);
});

test('of two cases of one matter one goes on, and nobody is written to twice', async () => {
  const company = await foundCompany(database, 'no-double', { accounts: [losing, alsoLosing] });
  await company.run(ANCHOR);
  await company.tick(addMinutes(ANCHOR, 1));
  expect(await saves(company)).toHaveLength(2);
  const letters = await sent(company);

  const later = addHours(ANCHOR, 1);
  const { into } = await merge(company, losing.id, alsoLosing.id, later);
  await company.tick(addMinutes(later, 1));
  await company.run(addHours(later, 1));
  await company.tick(addHours(later, 2));
  const after = await saves(company);
  expect(
    after.filter(({ status }) => status !== 'closed').map(({ accountId }) => accountId),
  ).toEqual([into]);
  expect(after.find(({ status }) => status === 'closed')?.closeReason).toContain('was merged');
  expect(await sent(company)).toEqual(letters);
  // What is left of the closed case is nobody's work any more.
  const open = await company.here((tx) =>
    tx.query(
      `select t.task_id from tasks t join cases c using (tenant_id, case_id)
       where c.status = 'closed' and t.status in ('open', 'accepted')`,
    ),
  );
  expect(open).toEqual([]);
});
