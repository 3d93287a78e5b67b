import { beforeAll, expect, test } from 'vitest';
import { listCasesRoute } from '../../src/api/cases.ts';
import { listVerdictsRoute } from '../../src/api/verdicts.ts';
import caseCommand from '../../src/commands/case.ts';
import cases from '../../src/commands/cases.ts';
import verdicts from '../../src/commands/verdicts.ts';
import { addHours } from '../../src/domain/time.ts';
import type { Client } from '../../src/platform/http/define.ts';
import slowLeak from '../../src/sample/stories/slow-leak.ts';
import { ANCHOR, foundCompany, type Company } from '../fixtures/company.ts';
import { signIn, startApi, type Api } from './support.ts';
import { typed } from './typed.ts';

const leaking = (id: string, seats: number) => ({ ...slowLeak.account, id, name: id, seats });
const NEXT_DAY = addHours(ANCHOR, 24);

let api: Api;
let company: Company;
let admin: Client;

beforeAll(async () => {
  api = await startApi({ now: ANCHOR });
  company = await foundCompany(api.db, 'acme', {
    accounts: [leaking('small', 20), leaking('middle', 50), leaking('large', 90)],
    edits: {
      'playbooks.yaml': [['newCasesPerOwnerAndWeek: 25', 'newCasesPerOwnerAndWeek: 1']],
    },
  });
  await company.run(ANCHOR);
  admin = api.client(await signIn(api, company.admin));
});

const waiting = async () =>
  (await admin.call(listCasesRoute, { query: { status: 'waiting' } })).items;

test('those who wait say why in this order, with the figures of each', async () => {
  const names = (await waiting()).map(({ accountName }) => accountName);
  expect(names).toEqual(['middle', 'small']);
  const page = await typed(cases, admin, { waiting: true });
  expect(page).toContain('Order: ARR at risk × urgency × how often people found its like right');
  expect(page).toMatch(/\$[\d,]+ × \d+ × 1\.00$/m);
});

test('a verdict moves the next run’s order a little, for its playbook and its reasons, and says so', async () => {
  const before = await waiting();
  const [open] = (await admin.call(listCasesRoute, { query: { playbook: 'churn-save' } })).items;
  const line = { id: open?.id, verb: 'verdict', verdict: 'wrong', note: 'they moved office' };
  const page = await typed(caseCommand, admin, line);
  expect(page).toMatch(/VERDICTS\s+• wrong, by Robin Vale, .*: they moved office/);
  expect(page).toContain('judged wrong by Robin Vale');
  await company.run(NEXT_DAY);
  for (const { id, rankBecause } of await waiting()) {
    expect(rankBecause).toMatchObject({ agreed: 0, judged: 1 });
    expect(rankBecause?.precision).toBeLessThan(5_000);
    expect(rankBecause?.precision).toBeGreaterThan(4_000);
    expect(before.map((each) => each.id)).toContain(id);
  }
  expect(await typed(cases, admin, { waiting: true })).toMatch(
    /× 0\.\d\d \(churn-save: 0 of 1 right\)/,
  );
});

test('precision is told for each playbook and each reason of its cases', async () => {
  const { items } = await admin.call(listVerdictsRoute, {});
  const [playbook] = items;
  expect(playbook).toMatchObject({
    playbook: 'churn-save',
    wrong: 1,
    precision: 0,
    expected: 4_545,
  });
  expect(playbook?.reasons.length).toBeGreaterThan(0);
  for (const reason of playbook?.reasons ?? []) expect(reason).toMatchObject({ wrong: 1 });
  const said = await typed(verdicts, admin);
  expect(said).toMatch(/churn-save +0 +0 +1 +0 +0 % +45 %/);
  expect(said).toContain(`  ${playbook?.reasons[0]?.input}`);
});
