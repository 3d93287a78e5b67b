import { z } from 'zod';
import { declineRates, listPauses, type ModelPause } from '../act/minds/pause-store.ts';
import { liftPause, pauseReason, WINDOW_DAYS, WINDOW_ROUNDS } from '../act/minds/pauses.ts';
import { addHours } from '../domain/time.ts';
import type { TenantTx } from '../platform/db/database.ts';
import { defineResource, defineRoute } from './define.ts';
import { noParams } from './schemas.ts';
import { chooseWorld, showingShape, type Showing } from './showing.ts';

const rateShape = z.object({
  playbook: z.string(),
  agent: z.string(),
  model: z.string(),
  cases: z.number().int().describe('cases with something of the plan that could be declined'),
  declined: z
    .number()
    .int()
    .describe('of them, those in which something was; rules decline nothing'),
  steps: z.number().int(),
  stepsDeclined: z.number().int(),
  faults: z.number().int().describe('rounds without a usable answer, which rules decided'),
});

const pauseShape = z.object({
  id: z.string(),
  playbook: z.string(),
  agent: z.string(),
  model: z.string(),
  text: z.string(),
  pausedAt: z.string(),
  liftedAt: z.string().nullable(),
  liftedBy: z.string().nullable(),
  liftedBecause: z.string().nullable(),
});

const answer = z.object({
  showing: showingShape,
  rates: z
    .array(rateShape)
    .describe(`of the last ${String(WINDOW_DAYS)} days, beside the plan of rules`),
  pauses: z.array(pauseShape),
});

export type AgentsAnswer = z.infer<typeof answer>;

const pauseShapeOf = (pause: ModelPause): z.infer<typeof pauseShape> => {
  const { id, playbook, agent, model, pausedAt, liftedAt, liftedBy, liftedBecause } = pause;
  const text = pauseReason(pause);
  return { id, playbook, agent, model, text, pausedAt, liftedAt, liftedBy, liftedBecause };
};

const answerFor = async (tx: TenantTx, showing: Showing): Promise<AgentsAnswer> => ({
  showing,
  rates: await declineRates(tx, {
    since: addHours(showing.now, -24 * WINDOW_DAYS),
    window: WINDOW_ROUNDS,
  }),
  pauses: (await listPauses(tx)).map(pauseShapeOf),
});

export const showAgentsRoute = defineRoute({
  id: 'showAgents',
  method: 'get',
  path: '/v1/agents',
  summary:
    'How often models declined beside the plan of rules, and playbooks for which one is set aside',
  access: { kind: 'reader', right: 'view' },
  params: noParams,
  query: noParams,
  body: null,
  response: answer,
  handle: async ({ services, caller }) =>
    services.db.withTenant(caller.tenantId, async (tx) =>
      answerFor(tx, await chooseWorld(tx, 'live', services.now())),
    ),
});

export const liftPauseRoute = defineRoute({
  id: 'liftModelPause',
  method: 'post',
  path: '/v1/agents/lift',
  summary: 'Decide that the model of a playbook decides again; it is judged anew from then on',
  access: { kind: 'person', right: 'lift_brake' },
  params: noParams,
  query: noParams,
  body: z.object({
    playbook: z.string().min(1).max(100),
    reason: z.string().trim().min(1).max(500),
  }),
  response: answer,
  handle: async ({ services, caller, body }) => {
    const now = services.now();
    return services.db.withTenant(caller.tenantId, async (tx) => {
      await liftPause(tx, { ...body, person: caller, now });
      return answerFor(tx, await chooseWorld(tx, 'live', now));
    });
  },
});

export default defineResource({
  id: 'agents',
  title: 'Agents and the models by which they reason',
  routes: [showAgentsRoute, liftPauseRoute],
});
