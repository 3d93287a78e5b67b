import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { explainAccountRoute, listAccountsRoute } from '../../src/api/accounts.ts';
import {
  approveRoute,
  editRoute,
  listApprovalsRoute,
  rejectRoute,
} from '../../src/api/approvals.ts';
import { getCaseRoute, listCasesRoute } from '../../src/api/cases.ts';
import { redeemRoute, whoAmIRoute } from '../../src/api/session.ts';
import {
  acceptTaskRoute,
  completeTaskRoute,
  declineTaskRoute,
  getTaskRoute,
  listTasksRoute,
} from '../../src/api/tasks.ts';
import { addHours } from '../../src/domain/time.ts';
import type { Client } from '../../src/platform/http/define.ts';
import contentRenewal from '../../src/sample/stories/content-renewal.ts';
import imminentChurn from '../../src/sample/stories/imminent-churn.ts';
import { ANCHOR, foundCompany, type Company } from '../fixtures/company.ts';
import { makeHouse, signIn, startApi, type Api } from './support.ts';

let api: Api;
let company: Company;
let admin: Client;
let approver: Client;

const ONE_HOUR_ON = addHours(ANCHOR, 1);

beforeAll(async () => {
  api = await startApi({ now: ANCHOR });
  const accounts = [imminentChurn.account, contentRenewal.account];
  company = await foundCompany(api.db, 'acme', { accounts });
  await company.run(ANCHOR);
  // What may go out by itself is gone, so that what follows is about the approval alone.
  await company.tick(ANCHOR);
  await company.tick(ONE_HOUR_ON);
  api.clock.set(ONE_HOUR_ON);
  admin = api.client(await signIn(api, company.admin));
  approver = api.client(await signIn(api, company.approvers[0]));
});

const first = <T>(items: readonly T[]): T => {
  const [item] = items;
  if (item === undefined) throw new Error('the list is empty');
  return item;
};

describe('accounts and why', () => {
  test('a list with the fields of U1, the most at risk first', async () => {
    const { items, showing, total } = await admin.call(listAccountsRoute);
    expect(showing).toMatchObject({ tenantId: 'acme', world: { id: 'live', kind: 'live' } });
    expect(total).toBe(3);
    const scores = items.map((row) => row.churn_risk_score ?? -1);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(items[0]).toMatchObject({ churn_risk_tier: 'critical', open_cases: 1 });
    const critical = await admin.call(listAccountsRoute, { query: { tier: 'critical' } });
    expect(critical.total).toBe(1);
    const nobody = await admin.call(listAccountsRoute, { query: { search: 'no such name' } });
    expect(nobody.items).toEqual([]);
  });

  test('an explanation whose lines add up to its score, by our id, an id elsewhere, or a name', async () => {
    const id = await company.accountId(imminentChurn.account.id);
    const explain = (wanted: string, since?: string) =>
      admin.call(explainAccountRoute, { params: { id: wanted }, query: { since } });
    const explained = await explain(id);
    for (const score of explained.scores) {
      const sum = score.lines.reduce((total, line) => total + (line.points ?? 0), 0);
      expect(Math.round(sum)).toBe(score.value);
      expect(score.trend.length).toBeGreaterThanOrEqual(30);
    }
    expect((await explain(imminentChurn.account.name)).account.id).toBe(id);
    expect((await explain(imminentChurn.account.id)).account.id).toBe(id);
    expect((await explain(id, '2026-09-20')).since).toBe('2026-09-20');
    await expect(explain(id, 'soon')).rejects.toMatchObject({ code: 'invalid_input' });
  });
});

describe('a case and its approval', () => {
  const pending = async () => first((await admin.call(listApprovalsRoute)).items);
  const approve = (client: Client, id: string) =>
    client.call(approveRoute, { params: { id }, body: { note: 'go' } });
  const caseView = (id: string) => admin.call(getCaseRoute, { params: { id } });

  test('the case tells reasons, proposals, rules, who may approve, guards and what happened', async () => {
    const { items } = await admin.call(listCasesRoute, { query: { playbook: 'churn-save' } });
    const view = await caseView(first(items).id);
    expect(view.case.reasons.length).toBeGreaterThan(0);
    const asking = view.proposals.find(({ approval }) => approval !== null);
    expect(asking?.status).toBe('pending_approval');
    expect(asking?.approval?.status).toBe('pending');
    expect(asking?.approval?.eligible.toSorted()).toEqual(['Robin Vale', 'noor', 'sam']);
    expect(asking?.decisions[0]).toMatchObject({ verdict: 'escalate' });
    expect(asking?.decisions[0]?.reasons[0]?.rule).toBeTruthy();
    expect(view.guards.map(({ id }) => id).sort()).toEqual([
      'billing',
      'conversation',
      'deletion',
      'incident',
      'touches',
    ]);
    expect(view.timeline[0]?.text).toContain('opened by churn-save');
  });

  test('an edit makes a new proposal that its author cannot approve', async () => {
    const before = await pending();
    const edit = (client: Client, id: string, basisPoints: number) =>
      client.call(editRoute, { params: { id }, body: { arguments: { basisPoints } } });
    const { approval } = await edit(admin, before.id, 500);
    expect(approval).toMatchObject({ status: 'pending', arguments: { basisPoints: 500 } });
    expect(approval?.eligible).not.toContain('Robin Vale');
    const id = approval?.id ?? '';
    await expect(approve(admin, id)).rejects.toMatchObject({ code: 'approval_forbidden' });
    await expect(approve(approver, before.id)).rejects.toMatchObject({ code: 'already_decided' });
    await expect(edit(approver, id, 90_000)).rejects.toMatchObject({ code: 'edit_invalid' });
  });

  test('approved by somebody else, it becomes one message; a second click is told so', async () => {
    const waiting = await pending();
    const clicks = await Promise.allSettled([
      approve(approver, waiting.id),
      approve(approver, waiting.id),
    ]);
    const counted = clicks.flatMap((click) => (click.status === 'fulfilled' ? [click.value] : []));
    expect(counted).toHaveLength(1);
    expect(counted[0]?.approval.votes).toMatchObject([
      { name: 'sam', vote: 'approve', note: 'go' },
    ]);
    const before = await mails(company);
    await company.tick(ONE_HOUR_ON);
    await company.tick(addHours(ANCHOR, 2));
    const sent = (await mails(company)).filter((text) => !before.includes(text));
    expect(sent).toHaveLength(1);
    const view = await caseView(waiting.caseId);
    const done = view.proposals.find(({ approval }) => approval?.id === waiting.id);
    expect(done).toMatchObject({
      status: 'done',
      effect: { status: 'done' },
      approval: { status: 'consumed' },
    });
    expect(done?.effect?.receipt?.['messageId']).toBeTruthy();
  });

  test('a rejection needs a reason', async () => {
    const reject = approver.call(rejectRoute, { params: { id: 'apr-none' }, body: {} });
    await expect(reject).rejects.toMatchObject({ code: 'invalid_input', details: { status: 422 } });
  });
});

const mails = async ({ dataDir, tenantId }: Company): Promise<string[]> => {
  const folder = join(dataDir, 'outgoing', tenantId);
  const names = await readdir(folder).catch(() => []);
  return Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
};

describe('tasks', () => {
  test('are taken on, done with an outcome, and not done twice', async () => {
    const task = first((await admin.call(listTasksRoute)).items);
    const params = { id: task.id };
    const accepted = await admin.call(acceptTaskRoute, { params, body: {} });
    expect(accepted.task.status).toBe('accepted');
    const wordless = admin.call(completeTaskRoute, { params, body: {} });
    await expect(wordless).rejects.toMatchObject({ code: 'invalid_input' });
    const done = await admin.call(completeTaskRoute, { params, body: { outcome: 'they stay' } });
    expect(done.task).toMatchObject({ status: 'done', outcome: 'they stay' });
    const late = admin.call(declineTaskRoute, { params, body: { reason: 'too late' } });
    await expect(late).rejects.toMatchObject({
      code: 'already_finished',
      details: { status: 409 },
    });
    expect((await admin.call(getTaskRoute, { params })).task.status).toBe('done');
    const { items } = await admin.call(listTasksRoute);
    expect(items.map(({ id }) => id)).not.toContain(task.id);
  });
});

describe('worlds', () => {
  test('without a wish it is that of the last run, and the answer says which', async () => {
    const report = await company.run(addHours(ANCHOR, -24 * 30), {
      world: { id: 'shadow-test', kind: 'shadow' },
      asOf: '2026-09-13',
      reason: 'as-of',
    });
    const shown = async (world?: string) =>
      (await admin.call(listCasesRoute, { query: { world } })).showing;
    expect(await shown()).toMatchObject({
      world: { id: 'shadow-test', kind: 'shadow' },
      asOf: '2026-09-13',
      now: report.now,
    });
    expect((await shown('shadow')).world.id).toBe('shadow-test');
    expect((await shown('live')).world.id).toBe('live');
    await expect(shown('simulated')).rejects.toMatchObject({ code: 'world_not_found' });
  });
});

describe('signing in', () => {
  test('a link is good once, and what it was is not told', async () => {
    const made = await api.serving.loginLink({ tenantId: 'acme', person: 'sam@company.example' });
    const body = { token: made?.link.split('/').at(-1) };
    const redeem = () => api.call('POST', '/v1/session', { body });
    const answer = await redeem();
    expect(answer.status).toBe(201);
    const session = redeemRoute.response.parse(answer.body);
    expect(session).toMatchObject({ person: { name: 'sam' }, tenant: { id: 'acme' } });
    const who = await api.client(session.sessionToken).call(whoAmIRoute);
    expect(who.person?.roles).toEqual(['approver']);
    expect(await redeem()).toMatchObject({
      status: 401,
      body: { code: 'auth.link_refused' },
    });
  });

  test('a link that is asked for appears where the server runs, never in the answer', async () => {
    const ask = (person: string) => api.call('POST', '/v1/session/link', { body: { person } });
    const answer = await ask('noor@company.example');
    expect(answer).toEqual({ status: 202, body: { asked: true } });
    expect(api.links.at(-1)?.person).toContain('noor');
    expect(await ask('nobody@company.example')).toEqual(answer);
    expect(api.links).toHaveLength(1);
  });
});

test('a house of its own sees none of this', async () => {
  const other = await makeHouse(api, 'other');
  const query = { status: 'all' };
  const { items } = await api.client(other.sessions.admin).call(listApprovalsRoute, { query });
  expect(items).toEqual([]);
});
