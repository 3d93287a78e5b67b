import { z } from 'zod';
import { accountDetail, accountDetailShape } from './account-detail.ts';
import { accountRows, accountRowShape, SORTS } from './account-rows.ts';
import { defineResource, defineRoute } from './define.ts';
import { explanationOf, explanationShape } from './explanation.ts';
import { requireAccount } from './names.ts';
import { idParam, limitQuery, noParams } from './schemas.ts';
import { chooseWorld, showingShape, worldQuery } from './showing.ts';

const access = { kind: 'reader', right: 'view' } as const;

export const listAccountsRoute = defineRoute({
  id: 'listAccounts',
  method: 'get',
  path: '/v1/accounts',
  summary: 'Accounts with their scores, the most at risk first',
  access,
  reads: 'records',
  params: noParams,
  query: z.object({
    world: worldQuery,
    tier: z
      .enum(['low', 'medium', 'high', 'critical', 'unknown'])
      .optional()
      .describe('churn risk'),
    owner: z.string().max(200).optional().describe('an owner id'),
    search: z.string().max(200).optional().describe('part of the name'),
    ready: z.enum(['true', 'false']).optional().describe('only those ready to expand'),
    sort: z.enum(SORTS).default('risk'),
    limit: limitQuery(5000, 100),
  }),
  body: null,
  response: z.object({
    showing: showingShape,
    total: z.number().int().describe('how many match, before the limit'),
    items: z.array(accountRowShape),
  }),
  handle: async ({ services, caller, query }) =>
    services.db.withTenant(caller.tenantId, async (tx) => {
      const showing = await chooseWorld(tx, query.world, services.now());
      const rows = await accountRows(tx, showing, query);
      return { showing, total: rows.length, items: rows.slice(0, query.limit) };
    }),
});

export const getAccountRoute = defineRoute({
  id: 'getAccount',
  method: 'get',
  path: '/v1/accounts/{id}',
  summary: 'One account: scores, facts and where they come from, open cases',
  access,
  params: idParam,
  query: z.object({ world: worldQuery }),
  body: null,
  response: accountDetailShape,
  handle: async ({ services, caller, params, query }) =>
    services.db.withTenant(caller.tenantId, async (tx) => {
      const { accountId } = await requireAccount(tx, params.id);
      const showing = await chooseWorld(tx, query.world, services.now());
      return accountDetail(tx, showing, accountId, services.parts);
    }),
});

export const explainAccountRoute = defineRoute({
  id: 'explainAccount',
  method: 'get',
  path: '/v1/accounts/{id}/explanation',
  summary: 'Why its scores are what they are, and what moved them since a day',
  access,
  params: idParam,
  query: z.object({
    world: worldQuery,
    since: z.iso.date().optional().describe('the day to compare with'),
  }),
  body: null,
  response: explanationShape,
  handle: async ({ services, caller, params, query }) =>
    services.db.withTenant(caller.tenantId, async (tx) => {
      const { accountId } = await requireAccount(tx, params.id);
      const showing = await chooseWorld(tx, query.world, services.now());
      return explanationOf(tx, { showing, accountId, since: query.since, parts: services.parts });
    }),
});

export default defineResource({
  id: 'accounts',
  title: 'Accounts, their scores and why',
  routes: [listAccountsRoute, getAccountRoute, explainAccountRoute],
});
