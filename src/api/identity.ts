import { z } from 'zod';
import { LIVE } from '../domain/case.ts';
import { identityOf } from '../domain/identity.ts';
import { record } from '../act/ledger/ledger.ts';
import { lockAccount } from '../act/settle/store.ts';
import { currentConfig } from '../platform/config/store.ts';
import { loadConflicts } from '../sense/identity/conflicts.ts';
import { linkIdOf } from '../sense/identity/link-id.ts';
import { sweepMatches } from '../sense/identity/matching/sweep-matches.ts';
import { bindLink, mergeAccounts, setParent, splitAccount } from '../sense/identity/place-links.ts';
import { instant } from '../sense/state/fields.ts';
import { decide, lockAll, optionsOf, requireHeardOf, suggestedFor } from './account-decision.ts';
import { defineResource, defineRoute } from './define.ts';
import {
  conflictShape,
  conflictShapes,
  identityShape,
  identityShapeOf,
  linkShape,
  unmatchedOf,
  unmatchedShape,
} from './identity-shapes.ts';
import { requireAccount } from './names.ts';
import { idParam, limitQuery, noParams } from './schemas.ts';

const reading = { kind: 'reader', right: 'view' } as const;
const deciding = { kind: 'person', right: 'link_accounts' } as const;

const reason = z.string().trim().min(1).max(500).describe('why; kept in the ledger');

const from = instant
  .optional()
  .describe('from when it counts; without it, for all that was and will be');

const changed = z.object({ accountIds: z.array(z.string()).describe('accounts it concerns') });

export const listUnmatchedRoute = defineRoute({
  id: 'listUnmatched',
  method: 'get',
  path: '/v1/unmatched',
  summary: 'Ids of which nobody knows whose they are: what waits, and what the rules find',
  access: reading,
  reads: 'personal_data',
  params: noParams,
  query: z.object({ source: z.string().max(200).optional(), limit: limitQuery(1000, 100) }),
  body: null,
  response: unmatchedShape,
  handle: async ({ services, caller, query }) =>
    services.db.withTenant(caller.tenantId, async (tx) =>
      unmatchedOf(tx, query, identityOf(await currentConfig(tx))),
    ),
});

export const linkUnmatchedRoute = defineRoute({
  id: 'linkUnmatched',
  method: 'post',
  path: '/v1/unmatched/link',
  summary: 'Say whose an id is; what waits under it counts at once',
  access: deciding,
  params: noParams,
  query: noParams,
  body: linkShape.extend({
    account: z.string().max(300).optional().describe('without it, the account that is suggested'),
    from,
    reason,
  }),
  response: changed,
  handle: async ({ services, caller, body }) => {
    const { source, externalId } = body;
    return decide(services, caller, 'account.linked', async (tx, options) => {
      const accountId =
        body.account === undefined
          ? await suggestedFor(tx, { source, externalId }, options)
          : (await requireAccount(tx, body.account)).accountId;
      await requireHeardOf(tx, { source, externalId });
      await lockAccount(tx, accountId);
      const word = { by: caller.id, from: body.from };
      return {
        accountId,
        body: { linkId: linkIdOf(body), reason: body.reason },
        result: await bindLink(tx, { source, externalId, accountId, ...word }, options),
      };
    });
  },
});

export const matchUnmatchedRoute = defineRoute({
  id: 'matchUnmatched',
  method: 'post',
  path: '/v1/unmatched/match',
  summary: 'Hold everything that waits against the rules in force',
  access: deciding,
  params: noParams,
  query: noParams,
  body: null,
  response: z.object({
    looked: z.number().int(),
    bound: z.number().int(),
    suggested: z.number().int(),
    undecided: z.number().int(),
    founded: z.number().int(),
  }),
  handle: async ({ services, caller }) => {
    const { accountIds, ...sweep } = await services.db.withTenant(caller.tenantId, async (tx) => {
      const swept = await sweepMatches(tx, await optionsOf(tx, services));
      const { looked, bound, founded } = swept;
      await record(tx, {
        world: LIVE.id,
        kind: 'accounts.matched',
        subjects: { personId: caller.id },
        body: { looked, bound, founded },
        at: services.now(),
      });
      return swept;
    });
    if (accountIds.length > 0) await services.wake.runLine(caller.tenantId, accountIds, 'matching');
    return sweep;
  },
});

export const getIdentityRoute = defineRoute({
  id: 'getAccountIdentity',
  method: 'get',
  path: '/v1/accounts/{id}/identity',
  summary:
    'Whose an account is: its ids everywhere, parents and daughters, what systems tell otherwise',
  access: reading,
  reads: 'personal_data',
  params: idParam,
  query: noParams,
  body: null,
  response: identityShape,
  handle: async ({ services, caller, params }) =>
    services.db.withTenant(caller.tenantId, async (tx) => {
      const { accountId } = await requireAccount(tx, params.id);
      return identityShapeOf(tx, accountId, await currentConfig(tx), services.now());
    }),
});

export const mergeAccountsRoute = defineRoute({
  id: 'mergeAccounts',
  method: 'post',
  path: '/v1/accounts/{id}/merge',
  summary: 'Merge an account into another: ids, history and cases go over',
  access: deciding,
  params: idParam,
  query: noParams,
  body: z.object({ into: z.string().min(1).max(300), from, reason }),
  response: changed,
  handle: async ({ services, caller, params, body }) =>
    decide(services, caller, 'account.merged', async (tx, options) => {
      const { accountId } = await requireAccount(tx, params.id);
      const into = (await requireAccount(tx, body.into)).accountId;
      await lockAll(tx, [accountId, into]);
      const word = { by: caller.id, from: body.from };
      return {
        accountId: into,
        body: { merged: accountId, from: body.from ?? null, reason: body.reason },
        result: await mergeAccounts(tx, { accountId, into, ...word }, options),
      };
    }),
});

export const splitAccountRoute = defineRoute({
  id: 'splitAccount',
  method: 'post',
  path: '/v1/accounts/{id}/split',
  summary: 'Take ids, and what follows them, away from an account: undoes a merger',
  access: deciding,
  params: idParam,
  query: noParams,
  body: z.object({
    links: z.array(linkShape).min(1).max(100),
    as: z
      .enum(['account', 'unmatched'])
      .optional()
      .describe('what becomes of them; by default an account where they have a record of one'),
    from,
    reason,
  }),
  response: changed,
  handle: async ({ services, caller, params, body }) =>
    decide(services, caller, 'account.split', async (tx, options) => {
      const { accountId } = await requireAccount(tx, params.id);
      await lockAccount(tx, accountId);
      const { links, as } = body;
      const word = { by: caller.id, from: body.from };
      return {
        accountId,
        body: { links: links.map(linkIdOf), from: body.from ?? null, reason: body.reason },
        result: await splitAccount(tx, { accountId, links, as, ...word }, options),
      };
    }),
});

export const setParentRoute = defineRoute({
  id: 'setParentAccount',
  method: 'post',
  path: '/v1/accounts/{id}/parent',
  summary: 'Say whose daughter an account is, or take that back',
  access: deciding,
  params: idParam,
  query: noParams,
  body: z.object({
    parent: z.string().min(1).max(300).nullable().describe('null: what the systems say stands'),
    reason,
  }),
  response: changed,
  handle: async ({ services, caller, params, body }) =>
    decide(services, caller, 'account.parent', async (tx, options) => {
      const { accountId } = await requireAccount(tx, params.id);
      const parentId =
        body.parent === null ? null : (await requireAccount(tx, body.parent)).accountId;
      await lockAccount(tx, accountId);
      return {
        accountId,
        body: { parent: parentId, reason: body.reason },
        result: await setParent(tx, { accountId, parentId, by: caller.id }, options),
      };
    }),
});

export const listConflictsRoute = defineRoute({
  id: 'listConflicts',
  method: 'get',
  path: '/v1/conflicts',
  summary: 'Where systems tell an account otherwise: who says what, whose word holds, and why',
  access: reading,
  reads: 'records',
  params: noParams,
  query: z.object({ account: z.string().max(300).optional(), limit: limitQuery(5000, 200) }),
  body: null,
  response: z.object({ total: z.number().int(), items: z.array(conflictShape) }),
  handle: async ({ services, caller, query }) =>
    services.db.withTenant(caller.tenantId, async (tx) => {
      const only =
        query.account === undefined
          ? {}
          : { accountIds: [(await requireAccount(tx, query.account)).accountId] };
      const config = await currentConfig(tx);
      const found = await loadConflicts(tx, { config, now: services.now(), ...only });
      const items = await conflictShapes(tx, found.slice(0, query.limit));
      return { total: found.length, items };
    }),
});

export default defineResource({
  id: 'identity',
  title: 'Whose records are whose: the unmatched queue, mergers, parents, conflicts',
  routes: [
    listUnmatchedRoute,
    linkUnmatchedRoute,
    matchUnmatchedRoute,
    getIdentityRoute,
    mergeAccountsRoute,
    splitAccountRoute,
    setParentRoute,
    listConflictsRoute,
  ],
});
