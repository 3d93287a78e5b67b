import { beforeAll, describe, expect, test } from 'vitest';
import { listApprovals } from '../../src/act/approvals/read.ts';
import { listCases } from '../../src/act/cases/case-store.ts';
import { listOutbox } from '../../src/act/outbox/store.ts';
import { listProposals } from '../../src/act/settle/read.ts';
import { listTasks } from '../../src/act/tasks/store.ts';
import { addMinutes } from '../../src/domain/time.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import type { AccountBlueprint } from '../../src/sample/define.ts';
import abandonedReport from '../../src/sample/stories/abandoned-report.ts';
import imminentChurn from '../../src/sample/stories/imminent-churn.ts';
import noRecipient from '../../src/sample/stories/no-recipient.ts';
import slowLeak from '../../src/sample/stories/slow-leak.ts';
import { ANCHOR, foundCompany, type CompanyOptions } from '../fixtures/company.ts';
import { testDatabase } from '../support/database.ts';

let database: OpenDatabase;
beforeAll(async () => {
  database = await testDatabase();
});

const live = { world: 'live' } as const;

const after = async (
  tenantId: string,
  account: AccountBlueprint,
  edits: CompanyOptions['edits'] = {},
) => {
  const company = await foundCompany(database, tenantId, { accounts: [account], edits });
  await company.run(ANCHOR);
  await company.tick(addMinutes(ANCHOR, 1));
  return company.here(async (tx) => ({
    cases: (await listCases(tx, live)).filter(({ playbook }) => playbook === 'churn-save'),
    tasks: await listTasks(tx, live),
    proposals: await listProposals(tx, live),
    approvals: await listApprovals(tx, live),
    mail: (await listOutbox(tx, live)).filter(
      ({ port, status }) => port === 'email' && status === 'done',
    ),
  }));
};

/**
 * An Enterprise customer stops using the advanced reporting that it asked for. Logins drop 50 % over 3 weeks. Nobody
 * notices, because it still pays. 60 days later it cancels: "we made the decision 6 weeks ago".
 */
describe('the report they asked for is no longer run, and logins halve in three weeks', () => {
  test('the account manager is told the same day, with the metrics that declined', async () => {
    const { tasks } = await after('noticed', abandonedReport.account);
    const alert = tasks.find(({ kind }) => kind === 'alert_account_manager');
    expect(alert?.ownerId).toBe('maya-ortiz');
    expect(alert?.draft).toMatch(/Advanced reporting.*asked for.*has not been used for \d+ days/i);
    expect(alert?.draft).toMatch(/login/i);
  });

  test('without the practice nobody notices', async () => {
    const off = {
      'playbooks.yaml': [['  churn-save:\n', '  churn-save:\n    enabled: false\n']],
    } as const;
    expect((await after('unnoticed', abandonedReport.account, off)).tasks).toEqual([]);
  });

  test('a leak that shows on no single day is noticed too', async () => {
    const { cases } = await after('leak', slowLeak.account);
    expect(cases).toHaveLength(1);
  });
});

describe('imminent churn', () => {
  test('is met by a person and a question at once; the discount waits for an approval', async () => {
    const { tasks, mail, approvals, proposals } = await after('imminent', imminentChurn.account);
    expect(tasks.map(({ kind }) => kind)).toContain('alert_account_manager');
    expect(mail.map(({ templateId }) => templateId)).toEqual(['check-in']);
    const discount = proposals.find(({ tool }) => tool === 'offer_save_discount');
    expect(discount?.status).toBe('pending_approval');
    expect(approvals).toMatchObject([{ status: 'pending', proposalId: discount?.id }]);
  });
});

describe('an account of which nobody knows an address', () => {
  test('yields a task to find one, and "no recipient": never an invented address', async () => {
    const { tasks, mail, proposals } = await after('lonely', noRecipient.account);
    expect(tasks.map(({ kind }) => kind).sort()).toEqual(['alert_account_manager', 'find_contact']);
    expect(mail).toEqual([]);
    const checkIn = proposals.find(({ tool }) => tool === 'send_template');
    expect(checkIn).toMatchObject({ status: 'forbidden', preview: { recipient: null } });
    expect(checkIn?.preview.problems).toEqual(['no recipient: the account has no contact']);
  });
});
