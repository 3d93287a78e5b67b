import { z } from 'zod';
import { liftBrake } from '../act/brake/brake.ts';
import { listBrakes, type ChangeBrake } from '../act/brake/brake-store.ts';
import { describeFinding } from '../act/brake/judge.ts';
import { defineResource, defineRoute } from './define.ts';
import { limitQuery, noParams } from './schemas.ts';
import { chooseWorld, showingShape } from './showing.ts';

const brakeShape = z.object({
  id: z.string(),
  runId: z.string(),
  trippedAt: z.string(),
  text: z.string().describe('what moved, and which input is suspected'),
  accounts: z.number().int(),
  tierChanged: z.number().int(),
  tierShare: z.number().int().describe('basis points of the accounts'),
  factShare: z.number().int().describe('basis points of the facts'),
  suspects: z.array(
    z.object({
      input: z.string(),
      share: z.number().int(),
      lost: z.number().int(),
      facts: z.array(z.string()),
    }),
  ),
  liftedAt: z.string().nullable(),
  liftedBy: z.string().nullable(),
  liftedBecause: z.string().nullable(),
});

export type BrakeShape = z.infer<typeof brakeShape>;

const shapeOf = (brake: ChangeBrake): BrakeShape => {
  const { accounts, tierChanged, tierShare, factShare, suspects } = brake.finding;
  return {
    id: brake.id,
    runId: brake.runId,
    trippedAt: brake.trippedAt,
    text: describeFinding(brake.finding),
    accounts,
    tierChanged,
    tierShare,
    factShare,
    suspects: suspects.map((one) => ({ ...one, facts: [...one.facts] })),
    liftedAt: brake.liftedAt,
    liftedBy: brake.liftedBy,
    liftedBecause: brake.liftedBecause,
  };
};

const answer = z.object({ showing: showingShape, items: z.array(brakeShape) });

export const listBrakesRoute = defineRoute({
  id: 'listBrakes',
  method: 'get',
  path: '/v1/brake',
  summary: 'When so much moved in one run that outward work stopped, newest first',
  access: { kind: 'reader', right: 'view' },
  params: noParams,
  query: z.object({ limit: limitQuery(200, 20) }),
  body: null,
  response: answer,
  handle: async ({ services, caller, query }) =>
    services.db.withTenant(caller.tenantId, async (tx) => {
      const showing = await chooseWorld(tx, 'live', services.now());
      return { showing, items: (await listBrakes(tx, 'live', query.limit)).map(shapeOf) };
    }),
});

export const liftBrakeRoute = defineRoute({
  id: 'liftBrake',
  method: 'post',
  path: '/v1/brake/lift',
  summary: 'Decide that outward work goes on; what was held is decided again before it goes',
  access: { kind: 'person', right: 'lift_brake' },
  params: noParams,
  query: noParams,
  body: z.object({ reason: z.string().min(1).max(500) }),
  response: answer,
  handle: async ({ services, caller, body }) => {
    const now = services.now();
    const lifted = await services.db.withTenant(caller.tenantId, async (tx) => {
      const { reason } = body;
      const brake = await liftBrake(tx, { world: 'live', person: caller, reason, now });
      return { showing: await chooseWorld(tx, 'live', now), items: [shapeOf(brake)] };
    });
    await services.wake.tick(caller.tenantId);
    return lifted;
  },
});

export default defineResource({
  id: 'brake',
  title: 'The brake on correlated change',
  routes: [listBrakesRoute, liftBrakeRoute],
});
