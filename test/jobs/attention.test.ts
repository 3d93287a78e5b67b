import { beforeAll, describe, expect, test } from 'vitest';
import { listCases } from '../../src/act/cases/case-store.ts';
import { listLedger } from '../../src/act/ledger/ledger.ts';
import { listOutbox } from '../../src/act/outbox/store.ts';
import { listTasks } from '../../src/act/tasks/store.ts';
import { giveVerdict } from '../../src/act/verdicts/give-verdict.ts';
import { withPrecision } from '../../src/act/verdicts/precision.ts';
import { countVerdicts, type Verdict } from '../../src/act/verdicts/verdict-store.ts';
import { addDays, addHours, dayIn, type Day } from '../../src/domain/time.ts';
import { createPerson } from '../../src/platform/auth/people.ts';
import slowLeak from '../../src/sample/stories/slow-leak.ts';
import { ANCHOR, foundCompany, type Company } from '../fixtures/company.ts';
import { testDatabase } from '../support/database.ts';

const days = (count: number) => addHours(ANCHOR, 24 * count);
const leaking = (id: string, seats: number) => ({ ...slowLeak.account, id, name: id, seats });

let company: Company;
const found = async (tenantId: string, tasksAWeek: number): Promise<void> => {
  company = await foundCompany(await testDatabase(), tenantId, {
    accounts: [leaking('small', 20), leaking('large', 90)],
    edits: {
      'playbooks.yaml': [['newTasksPerOwnerAndWeek: 40', `newTasksPerOwnerAndWeek: ${tasksAWeek}`]],
    },
  });
  await company.run(ANCHOR);
  await company.tick(ANCHOR);
};

const here = () => company.here;
const tasks = () => here()((tx) => listTasks(tx, { world: 'live' }));
const cases = (status: 'open' | 'closed') =>
  here()((tx) => listCases(tx, { world: 'live', status, playbook: 'churn-save' }));

describe('an owner’s week', () => {
  beforeAll(() => found('attentive', 1));

  test('has room for so many new tasks, and the most valuable comes first', async () => {
    const large = await company.accountId('large');
    expect(await tasks()).toMatchObject([{ accountId: large }]);
    const waiting = (await here()((tx) => listOutbox(tx, { world: 'live' }))).filter(
      ({ status, port }) => status === 'held' && port === 'tasks',
    );
    expect(waiting).toHaveLength(1);
    expect(waiting[0]?.reasons.at(-1)).toMatchObject({ rule: 'planner.task-cap' });
  });

  test('takes up what waited once there is room', async () => {
    await company.tick(days(3));
    expect(await tasks()).toHaveLength(1);
    await company.tick(days(7.1));
    expect(await tasks()).toHaveLength(2);
  });
});

describe('a person’s verdict', () => {
  beforeAll(() => found('judged', 40));

  const today = () => dayIn('America/New_York', days(1));
  const judge = async (
    account: string,
    verdict: Verdict,
    more: { readonly until?: Day; readonly person?: Company['admin'] } = {},
  ) => {
    const accountId = await company.accountId(account);
    const all = [...(await cases('open')), ...(await cases('closed'))];
    const caseId = all.find((entry) => entry.accountId === accountId)?.id ?? '';
    return here()((tx) =>
      giveVerdict(tx, {
        caseId,
        verdict,
        until: more.until,
        person: more.person ?? company.admin,
        today: today(),
        now: days(1),
      }),
    );
  };

  test('is for those who may work on cases', async () => {
    const viewer = await here()((tx) =>
      createPerson(tx, {
        name: 'Kim',
        email: 'kim@company.example',
        roles: ['viewer'],
        by: company.admin,
        now: ANCHOR,
      }),
    );
    await expect(judge('small', 'wrong', { person: viewer })).rejects.toThrow(/operator/);
  });

  test('leaves a case that was right as it is, and ends one that was wrong with its tasks', async () => {
    expect(await judge('large', 'right')).toMatchObject({ status: 'open' });
    expect(await judge('small', 'wrong')).toMatchObject({ status: 'closed' });
    const small = await company.accountId('small');
    expect((await tasks()).find(({ accountId }) => accountId === small)?.status).toBe('closed');
    const said = await here()((tx) => listLedger(tx, { kind: 'case.verdict' }));
    expect(said.map(({ body }) => body['verdict']).sort()).toEqual(['right', 'wrong']);
  });

  test('puts a matter to rest until a day, however urgent it gets', async () => {
    await expect(judge('large', 'snooze')).rejects.toThrow(/--until/);
    await expect(judge('large', 'snooze', { until: today() })).rejects.toThrow(/to come/);
    await expect(judge('large', 'right', { until: addDays(today(), 3) })).rejects.toThrow(/snooze/);
    await judge('large', 'snooze', { until: addDays(today(), 20) });
    const report = await company.run(days(2));
    expect(report.snoozed).toBe(1);
    expect(await cases('open')).toEqual([]);
  });

  test('counts towards the precision of its playbook, the last word on each case', async () => {
    const [found] = (await here()((tx) => countVerdicts(tx, 'live'))).map(withPrecision);
    expect(found).toEqual({
      playbook: 'churn-save',
      right: 0,
      known: 0,
      wrong: 1,
      snoozed: 1,
      precision: 0,
    });
    await judge('large', 'known');
    const [again] = (await here()((tx) => countVerdicts(tx, 'live'))).map(withPrecision);
    expect(again).toMatchObject({ known: 1, wrong: 1, precision: 5_000 });
  });
});
