import { z } from 'zod';
import { listDeals, listMoves, loadDeal, moveDeal, type Deal } from '../act/deals/move.ts';
import { closings } from '../act/cases/case-store.ts';
import { inputError } from '../domain/errors.ts';
import { currentConfig } from '../platform/config/store.ts';
import type { TenantTx } from '../platform/db/database.ts';
import { acceptEvents } from '../sense/events/accept.ts';
import { day } from '../sense/state/fields.ts';
import { defineResource, defineRoute } from './define.ts';
import { accountNames } from './names.ts';
import { dayText, idParam, instantText, limitQuery, moneyShape, noParams } from './schemas.ts';

const dealShape = z.object({
  id: z.string(),
  accountId: z.string(),
  accountName: z.string(),
  caseId: z.string(),
  caseClosed: z
    .object({ at: instantText, reason: z.string().nullable() })
    .nullable()
    .describe('why the case that it came from is over; the deal stays until a person ends it'),
  kind: z.enum(['expansion', 'renewal']),
  name: z.string(),
  stage: z.string(),
  standing: z.enum(['open', 'won', 'lost']),
  amount: moneyShape.nullable().describe('a year of it'),
  ownerId: z.string().nullable(),
  closeOn: dayText,
  movedByPerson: z.boolean().describe('then playbooks leave it alone'),
  openedAt: instantText,
  stageSince: instantText,
  closedAt: instantText.nullable(),
});

export type DealShape = z.infer<typeof dealShape>;

const detail = dealShape.extend({
  moves: z.array(
    z.object({
      fromStage: z.string().nullable(),
      toStage: z.string(),
      movedBy: z.string().describe('a person, or the action that did it'),
      byPerson: z.boolean(),
      note: z.string().nullable(),
      at: instantText,
    }),
  ),
});

/** What shows any of these deals, with what is looked up for all of them at once. */
const shaperOf = async (
  tx: TenantTx,
  deals: readonly Deal[],
): Promise<(deal: Deal) => DealShape> => {
  const names = await accountNames(tx, deals);
  const closed = await closings(
    tx,
    deals.map(({ caseId }) => caseId),
  );
  return ({ revision: _, ...deal }) => ({
    ...deal,
    accountName: names.get(deal.accountId) ?? deal.accountId,
    caseClosed: closed.get(deal.caseId) ?? null,
  });
};

const detailOf = async (tx: TenantTx, deal: Deal): Promise<z.infer<typeof detail>> => ({
  ...(await shaperOf(tx, [deal]))(deal),
  moves: (await listMoves(tx, deal.id)).map(({ revision: _, ...move }) => move),
});

export const listDealsRoute = defineRoute({
  id: 'listDeals',
  method: 'get',
  path: '/v1/deals',
  summary: 'The deal pipeline, the soonest to close first',
  access: { kind: 'reader', right: 'view' },
  params: noParams,
  query: z.object({
    standing: z.enum(['open', 'won', 'lost', 'all']).default('open'),
    account: z.string().max(200).optional().describe('our account id'),
    limit: limitQuery(1000, 200),
  }),
  body: null,
  response: z.object({
    stages: z.array(z.object({ id: z.string(), name: z.string() })),
    items: z.array(dealShape),
  }),
  handle: ({ services, caller, query: { standing, account, limit } }) =>
    services.db.withTenant(caller.tenantId, async (tx) => {
      const { deals } = await currentConfig(tx);
      const found = await listDeals(tx, {
        limit,
        ...(standing === 'all' ? {} : { standing }),
        ...(account === undefined ? {} : { accountId: account }),
      });
      return {
        stages: (deals?.stages ?? []).map(({ id, name }) => ({ id, name })),
        items: found.map(await shaperOf(tx, found)),
      };
    }),
});

export const getDealRoute = defineRoute({
  id: 'getDeal',
  method: 'get',
  path: '/v1/deals/{id}',
  summary: 'One deal, with every move',
  access: { kind: 'reader', right: 'view' },
  params: idParam,
  query: z.object({}),
  body: null,
  response: detail,
  handle: ({ services, caller, params: { id } }) =>
    services.db.withTenant(caller.tenantId, async (tx) => {
      const deal = await loadDeal(tx, id);
      if (deal === null) throw inputError('deal_not_found', `there is no deal \`${id}\``);
      return detailOf(tx, deal);
    }),
});

export const moveDealRoute = defineRoute({
  id: 'moveDeal',
  method: 'post',
  path: '/v1/deals/{id}/move',
  summary: 'Move a deal to a stage, or change what it is worth, who has it and when it closes',
  access: { kind: 'person', right: 'take_task' },
  params: idParam,
  query: noParams,
  body: z.strictObject({
    stage: z.string().min(1).max(100).optional(),
    amount: moneyShape.optional(),
    closeOn: day.optional(),
    ownerId: z.string().min(1).max(200).optional(),
    note: z.string().max(2000).optional(),
  }),
  response: detail,
  handle: async ({ services, caller, params, body }) => {
    const now = services.now();
    const moved = await services.db.withTenant(caller.tenantId, async (tx) => {
      const config = await currentConfig(tx);
      const deal = await moveDeal(tx, {
        ...{ ...body, dealId: params.id, person: caller, config, now },
        accept: async (events) => {
          await acceptEvents(tx, events, { now, entities: services.parts.entities, config });
        },
      });
      return detailOf(tx, deal);
    });
    await services.wake.tick(caller.tenantId);
    return moved;
  },
});

export default defineResource({
  id: 'deals',
  title: 'The deal pipeline',
  routes: [listDealsRoute, getDealRoute, moveDealRoute],
});
