import { z } from 'zod';
import { listCases, loadCase } from '../act/cases/case-store.ts';
import { inputError } from '../domain/errors.ts';
import { caseRows, caseRowShape } from './case-rows.ts';
import { caseView, caseViewShape } from './case-view.ts';
import { defineResource, defineRoute } from './define.ts';
import { requireAccount } from './names.ts';
import { idParam, limitQuery, noParams } from './schemas.ts';
import { chooseWorld, showingShape, worldQuery } from './showing.ts';

const access = { kind: 'reader', right: 'view' } as const;

export const listCasesRoute = defineRoute({
  id: 'listCases',
  method: 'get',
  path: '/v1/cases',
  summary: 'Cases, what is at risk times how urgent first',
  access,
  reads: 'records',
  params: noParams,
  query: z.object({
    world: worldQuery,
    status: z.enum(['waiting', 'open', 'closed', 'all']).default('open'),
    playbook: z.string().max(100).optional(),
    account: z.string().max(200).optional().describe('our id, an id elsewhere, or a name'),
    limit: limitQuery(5000, 200),
  }),
  body: null,
  response: z.object({ showing: showingShape, items: z.array(caseRowShape) }),
  handle: async ({ services, caller, query }) =>
    services.db.withTenant(caller.tenantId, async (tx) => {
      const showing = await chooseWorld(tx, query.world, services.now());
      const account = query.account === undefined ? null : await requireAccount(tx, query.account);
      const cases = await listCases(tx, {
        world: showing.world.id,
        limit: query.limit,
        ...(query.status === 'all' ? {} : { status: query.status }),
        ...(query.playbook === undefined ? {} : { playbook: query.playbook }),
        ...(account === null ? {} : { accountId: account.accountId }),
      });
      return { showing, items: await caseRows(tx, showing.world.id, cases) };
    }),
});

export const getCaseRoute = defineRoute({
  id: 'getCase',
  method: 'get',
  path: '/v1/cases/{id}',
  summary: 'One case and everything that answers “why?”',
  access,
  reads: 'personal_data',
  about: (answer) => ({ caseId: answer.case.id, accountId: answer.case.accountId }),
  params: idParam,
  query: noParams,
  body: null,
  response: caseViewShape,
  handle: async ({ services, caller, params }) =>
    services.db.withTenant(caller.tenantId, async (tx) => {
      const found = await loadCase(tx, params.id);
      if (found === null) throw caseNotFound(params.id);
      const showing = await chooseWorld(tx, found.world.id, services.now());
      return caseView(tx, showing, found, services.parts);
    }),
});

const caseNotFound = (id: string) =>
  inputError(
    'case_not_found',
    `there is no case \`${id}\`; \`retinue cases --status all\` lists them`,
  );

export default defineResource({
  id: 'cases',
  title: 'Cases and why they are open',
  routes: [listCasesRoute, getCaseRoute],
});
