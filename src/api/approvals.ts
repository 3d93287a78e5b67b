import { z } from 'zod';
import { listApprovals } from '../act/approvals/read.ts';
import { vote } from '../act/approvals/vote.ts';
import { approvalRows, approvalRowShape } from './approval-rows.ts';
import { defineResource, defineRoute, type Services } from './define.ts';
import { idParam, limitQuery, noParams } from './schemas.ts';
import { approvalNotFound } from './not-found.ts';
import { chooseWorld, showingShape, worldQuery } from './showing.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Person } from '../domain/person.ts';

const STATUSES = ['pending', 'approved', 'rejected', 'expired', 'void', 'consumed'] as const;

export const listApprovalsRoute = defineRoute({
  id: 'listApprovals',
  method: 'get',
  path: '/v1/approvals',
  summary: 'What waits for a person, the first to expire first',
  access: { kind: 'reader', right: 'view' },
  reads: 'personal_data',
  params: noParams,
  query: z.object({
    world: worldQuery,
    status: z.enum([...STATUSES, 'all']).default('pending'),
    limit: limitQuery(1000, 100),
  }),
  body: null,
  response: z.object({ showing: showingShape, items: z.array(approvalRowShape) }),
  handle: async ({ services, caller, query }) =>
    services.db.withTenant(caller.tenantId, async (tx) => {
      const showing = await chooseWorld(tx, query.world, services.now());
      const approvals = await listApprovals(tx, {
        world: showing.world.id,
        ...(query.status === 'all' ? {} : { status: query.status }),
      });
      return { showing, items: await approvalRows(tx, approvals.slice(0, query.limit)) };
    }),
});

const note = z.string().max(2000).optional();
const decided = z.object({ showing: showingShape, approval: approvalRowShape });

export const approveRoute = defineRoute({
  id: 'approve',
  method: 'post',
  path: '/v1/approvals/{id}/approve',
  summary: 'Approve exactly what was shown',
  access: { kind: 'person', right: 'approve' },
  params: idParam,
  query: noParams,
  body: z.object({ note }).default({}),
  response: decided,
  handle: async ({ services, caller, params, body }) =>
    castVote(services, caller, params.id, 'approve', body.note),
});

export const rejectRoute = defineRoute({
  id: 'reject',
  method: 'post',
  path: '/v1/approvals/{id}/reject',
  summary: 'Reject it, saying why',
  access: { kind: 'person', right: 'reject' },
  params: idParam,
  query: noParams,
  body: z.object({ note: z.string().min(1).max(2000) }),
  response: decided,
  handle: async ({ services, caller, params, body }) =>
    castVote(services, caller, params.id, 'reject', body.note),
});

const castVote = async (
  services: Services,
  person: Person,
  approvalId: string,
  choice: 'approve' | 'reject',
  remark: string | undefined,
) => {
  const now = services.now();
  const answer = await services.db.withTenant(person.tenantId, async (tx) => {
    const approval = await vote(tx, {
      approvalId,
      person,
      vote: choice,
      ...(remark === undefined ? {} : { note: remark }),
      now,
    });
    const showing = await chooseWorld(tx, approval.world, now);
    const [row] = await approvalRows(tx, [approval]);
    if (row === undefined) throw approvalNotFound(approvalId);
    return { showing, approval: row };
  });
  // What was decided goes on at once; should this process end before, the next tick finds it.
  if (answer.approval.status !== 'pending') await services.wake.tick(person.tenantId);
  return answer;
};

export const editRoute = defineRoute({
  id: 'edit',
  method: 'post',
  path: '/v1/approvals/{id}/edit',
  summary: 'Propose it with other arguments; somebody else decides on the new proposal',
  access: { kind: 'person', right: 'edit_proposal' },
  params: idParam,
  query: noParams,
  body: z.object({
    arguments: z
      .record(z.string(), z.unknown())
      .describe('those to change; the others stay as they are'),
    note,
  }),
  response: z.object({
    showing: showingShape,
    approval: approvalRowShape.nullable(),
    proposalId: z.string(),
  }),
  handle: async ({ services, caller, params, body }) => {
    // Loaded when it is needed: the command line knows this route too, and should not load the graph for it.
    const { settleAfterEdit } = await import('./settle-after-edit.ts');
    const edited = await settleAfterEdit(services, caller, params.id, {
      ...body,
      // INVARIANT: it was parsed from JSON a moment ago.
      arguments: body.arguments as JsonObject,
    });
    await services.wake.tick(caller.tenantId);
    return edited;
  },
});

export default defineResource({
  id: 'approvals',
  title: 'What waits for a person',
  routes: [listApprovalsRoute, approveRoute, rejectRoute, editRoute],
});
