import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { listApprovals } from '../../src/act/approvals/read.ts';
import { listCases } from '../../src/act/cases/case-store.ts';
import { listTasks } from '../../src/act/tasks/store.ts';
import { loadResources } from '../../src/api/resources.ts';
import type { ApiResource } from '../../src/api/define.ts';
import imminentChurn from '../../src/sample/stories/imminent-churn.ts';
import { ANCHOR, foundCompany } from '../fixtures/company.ts';
import { makeHouse, startApi, type Api, type House } from './support.ts';

let api: Api;
let house: House;
let routes: ApiResource['routes'];

beforeAll(async () => {
  api = await startApi({ now: ANCHOR });
  house = await makeHouse(api, 'acme');
  routes = (await loadResources()).flatMap((resource) => resource.routes);
});

const EVERYBODY = [
  'nobody',
  'viewer',
  'auditor',
  'operator',
  'approver',
  'admin',
  'server',
  'client',
  'reader',
];
const READERS = ['viewer', 'auditor', 'operator', 'approver', 'admin', 'reader'];

const granting = (
  callers: readonly string[],
  routeIds: readonly string[],
): Record<string, readonly string[]> => Object.fromEntries(routeIds.map((id) => [id, callers]));

/** Who may, of those that the columns of `CALLERS` name. Every route stands here, or the first test fails. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  health: EVERYBODY,
  redeemLoginLink: [],
  askForLoginLink: EVERYBODY,
  whoAmI: READERS,
  listAccounts: READERS,
  getAccount: READERS,
  explainAccount: READERS,
  listCases: READERS,
  getCase: READERS,
  listTasks: READERS,
  getTask: READERS,
  listApprovals: READERS,
  listUnmatched: READERS,
  getAccountIdentity: READERS,
  listConflicts: READERS,
  linkUnmatched: ['approver', 'admin'],
  matchUnmatched: ['approver', 'admin'],
  mergeAccounts: ['approver', 'admin'],
  splitAccount: ['approver', 'admin'],
  setParentAccount: ['approver', 'admin'],
  acceptTask: ['operator', 'approver', 'admin'],
  completeTask: ['operator', 'approver', 'admin'],
  declineTask: ['operator', 'approver', 'admin'],
  approve: ['approver', 'admin'],
  ...granting(['approver', 'admin'], ['unmaskModels', 'approveUnmasking', 'maskModels']),
  reject: ['approver', 'admin'],
  edit: ['approver', 'admin'],
  track: ['server', 'client'],
  identify: ['server', 'client'],
  group: ['server', 'client'],
  page: ['server', 'client'],
  screen: ['server', 'client'],
  alias: ['server', 'client'],
  batch: ['server', 'client'],
  reportIncident: ['server'],
  reportDeletionRequest: ['server'],
  reportTouch: ['server'],
  receiveMail: ['server'],
  ...granting(READERS, [
    ...['listBrakes', 'readFeed', 'listVerdicts', 'listWebhooks', 'listWebhookDeliveries'],
    ...['listInAppMessages', 'listInAppKeys', 'listDeals', 'getDeal', 'showModels', 'showAgents'],
  ]),
  // A thread is a person's own: no key has one.
  ...granting(
    ['viewer', 'auditor', 'operator', 'approver', 'admin'],
    ['createChatThread', 'listChatThreads', 'getChatThread', 'deleteChatThread', 'sayInChat'],
  ),
  // What a command needs beyond a session is its own; the least of them needs only to look.
  runCommand: ['viewer', 'auditor', 'operator', 'approver', 'admin'],
  listLedger: ['auditor', 'admin'],
  ...granting(
    ['operator', 'approver', 'admin'],
    ['withdrawInAppMessage', 'listHeldFiles', 'sendPiece', 'giveVerdict', 'moveDeal'],
  ),
  ...granting(
    ['admin'],
    [
      ...['liftBrake', 'liftModelPause', 'createInAppKey', 'revokeInAppKey', 'createInAppToken'],
      ...['addWebhook', 'removeWebhook', 'rotateWebhookSecret', 'enableWebhook', 'testWebhook'],
    ],
  ),
  // Let in by a signature, of the body or within the link, and by nothing else.
  ...granting(EVERYBODY, ['stripeWebhook', 'showUnsubscribe', 'unsubscribe', 'choosePreferences']),
};

const CALLERS = EVERYBODY;

const tokenOf = (caller: string): string | undefined =>
  (({ ...house.sessions, ...house.keys }) as Record<string, string>)[caller];

test('every route says here who may call it, and no other route is there', () => {
  expect(routes.map(({ id }) => id).sort()).toEqual(Object.keys(MAY).sort());
});

describe('every route by every caller', () => {
  for (const id of Object.keys(MAY)) {
    test(id, async () => {
      const route = routes.find((each) => each.id === id);
      if (route === undefined) throw new Error(id);
      const allowed: string[] = [];
      for (const caller of CALLERS) {
        // Guesses of one address are braked; a minute between callers keeps this about rights.
        api.clock.advance(60_000);
        const answer = await api.call(
          route.method.toUpperCase(),
          route.path.replaceAll(/\{[^}]+\}/gu, 'nothing'),
          {
            token: tokenOf(caller),
            ...(route.method === 'post' ? { body: {} } : {}),
          },
        );
        expect(answer.status, `${id} by ${caller}: ${JSON.stringify(answer.body)}`).toBeLessThan(
          500,
        );
        if (![401, 403].includes(answer.status)) allowed.push(caller);
      }
      if (id === 'redeemLoginLink') return;
      expect(allowed).toEqual(MAY[id]);
    });
  }

  test('nobody gets an answer with a forged, a revoked-looking or an empty credential', async () => {
    for (const token of ['rts_acme_0123456789abcdef_' + 'f'.repeat(64), 'rtn_nothing', '']) {
      api.clock.advance(60_000);
      expect((await api.call('GET', '/v1/cases', { token })).status).toBe(401);
    }
  });
});

describe('another tenant', () => {
  test('what is there by id is not there for others: 404, and no list shows it', async () => {
    const other = await foundCompany(api.db, 'other', { accounts: [imminentChurn.account] });
    await other.run(api.clock.now());
    await other.tick(api.clock.now());
    const { caseId, taskId, approvalId, accountId } = await other.here(async (tx) => {
      const [found] = await listCases(tx, { world: 'live', playbook: 'churn-save' });
      const [task] = await listTasks(tx, { world: 'live' });
      const [approval] = await listApprovals(tx, { world: 'live' });
      return {
        caseId: found?.id,
        taskId: task?.id,
        approvalId: approval?.id,
        accountId: found?.accountId,
      };
    });
    expect([caseId, taskId, approvalId, accountId]).not.toContain(undefined);
    const token = house.sessions.admin;
    for (const [method, path, body] of [
      ['GET', `/v1/cases/${caseId}`],
      ['GET', `/v1/accounts/${accountId}`],
      ['GET', `/v1/accounts/${accountId}/explanation`],
      ['GET', `/v1/tasks/${taskId}`],
      ['POST', `/v1/tasks/${taskId}/accept`, {}],
      ['POST', `/v1/tasks/${taskId}/done`, { outcome: 'stolen' }],
      ['POST', `/v1/tasks/${taskId}/decline`, { reason: 'stolen' }],
      ['POST', `/v1/approvals/${approvalId}/approve`, {}],
      ['POST', `/v1/approvals/${approvalId}/reject`, { note: 'stolen' }],
      ['POST', `/v1/approvals/${approvalId}/edit`, { arguments: {} }],
    ] as const) {
      const answer = await api.call(method, path, {
        token,
        ...(body === undefined ? {} : { body }),
      });
      expect([path, answer.status]).toEqual([path, 404]);
    }
    for (const path of ['/v1/cases', '/v1/accounts', '/v1/tasks', '/v1/approvals?status=all']) {
      expect((await api.call('GET', path, { token })).body).toMatchObject({ items: [] });
    }
    const report = await api.call('POST', '/v1/touches', {
      token: house.keys.server,
      body: { account: accountId, touchId: 't1', channel: 'call', direction: 'out' },
    });
    expect(report.status).toBe(404);
  });
});

test('the document describes every route, with who may call it and what a problem looks like', async () => {
  const answer = await api.call('GET', '/openapi.json');
  const document = openApiDocument.parse(answer.body);
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
  expect(operations.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(MAY).sort());
  // A reference into a schema's own definitions leads nowhere in the document.
  expect(JSON.stringify(document).includes('$defs')).toBe(false);
  const accounts = JSON.stringify(document.paths['/v1/accounts']?.['get']?.responses);
  expect(accounts).toContain('churn_risk_score');
  expect(accounts).toContain('churn_risk_tier');
  expect(document.paths['/v1/approvals/{id}/approve']?.['post']?.security).toEqual([
    { session: [] },
  ]);
});

const openApiDocument = z.looseObject({
  openapi: z.literal('3.1.0'),
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.looseObject({
        operationId: z.string(),
        security: z.array(z.unknown()),
        responses: z.record(z.string(), z.unknown()),
      }),
    ),
  ),
});
