import { z } from 'zod';
import { agreeToUnmasking, maskAgain, proposeUnmasking } from '../act/unmasking/unmasking.ts';
import type { Principal } from '../domain/person.ts';
import { dayIn, type Instant } from '../domain/time.ts';
import { circuitState } from '../language-models/attempt.ts';
import { agentsOfDay, dayUsed, faultsOfDay } from '../language-models/call-store.ts';
import { minorOf, modelFor, modelRulesOf } from '../language-models/rules.ts';
import { openUnmaskings } from '../language-models/unmasking-store.ts';
import { currentConfig } from '../platform/config/store.ts';
import type { TenantTx } from '../platform/db/database.ts';
import { defineResource, defineRoute, type Services } from './define.ts';
import { moneyShape, noParams } from './schemas.ts';
import { chooseWorld, showingShape } from './showing.ts';

const what = z.enum(['names', 'texts']);

const answer = z.object({
  showing: showingShape,
  endpoint: z.string().nullable().describe('null: no model is configured, and rules decide'),
  circuit: z
    .enum(['closed', 'open', 'trying'])
    .describe('as this process has met the endpoint; open: it is left alone for a minute'),
  day: z.string(),
  used: z.object({ tokens: z.number().int(), cost: moneyShape }),
  budget: z.object({ tokens: z.number().int().nullable(), money: moneyShape.nullable() }),
  agents: z.array(
    z.object({
      agent: z.string(),
      model: z.string().nullable(),
      calls: z.number().int(),
      failed: z.number().int(),
      inputTokens: z.number().int(),
      outputTokens: z.number().int(),
      cost: moneyShape,
      medianMilliseconds: z.number().int().nullable(),
    }),
  ),
  faults: z.array(z.object({ fault: z.string(), calls: z.number().int(), reason: z.string() })),
  unmasked: z
    .array(
      z.object({
        what,
        status: z.string(),
        reason: z.string(),
        proposedBy: z.string(),
        approvedBy: z.string().nullable(),
      }),
    )
    .describe('what leaves as it is, or somebody wants to: by a decision of two people'),
});

export type ModelsShape = z.infer<typeof answer>;

const show = async (tx: TenantTx, { models, parts, now }: Services): Promise<ModelsShape> => {
  const config = await currentConfig(tx);
  const rules = modelRulesOf(config);
  const day = dayIn(config.zone, now());
  const cost = (nano: number) => ({ minor: minorOf(nano), currency: config.currency });
  const used = await dayUsed(tx, day);
  const rows = (await agentsOfDay(tx, day)).map(({ costNano, ...row }) => ({
    ...row,
    cost: cost(costNano),
  }));
  const silent = parts.agents
    .filter(({ id }) => !rows.some(({ agent }) => agent === id))
    .map(({ id }) => ({
      ...{ agent: id, model: modelFor(models, config, id) },
      ...{ calls: 0, failed: 0, inputTokens: 0, outputTokens: 0, cost: cost(0) },
      medianMilliseconds: null,
    }));
  return {
    showing: await chooseWorld(tx, 'live', now()),
    endpoint: models === null ? null : (models.endpoint ?? 'within this process'),
    circuit: models === null ? 'closed' : circuitState(models),
    day,
    used: { tokens: used.tokens, cost: cost(used.costNano) },
    budget: { tokens: rules.tokensPerDay, money: rules.moneyPerDay },
    agents: [...rows, ...silent].toSorted((a, b) => a.agent.localeCompare(b.agent, 'en')),
    faults: [...(await faultsOfDay(tx, day))],
    unmasked: (await openUnmaskings(tx)).map(
      ({ reason, status, proposedBy, approvedBy, ...one }) => ({
        ...{ what: one.what, status, reason, proposedBy, approvedBy },
      }),
    ),
  };
};

export const showModelsRoute = defineRoute({
  id: 'showModels',
  method: 'get',
  path: '/v1/models',
  summary:
    'Which language model answers for each agent, what the day has used, and what went wrong',
  access: { kind: 'reader', right: 'view' },
  params: noParams,
  query: noParams,
  body: null,
  response: answer,
  handle: ({ services, caller }) =>
    services.db.withTenant(caller.tenantId, (tx) => show(tx, services)),
});

type Changing<Body> = Body & { readonly person: Principal; readonly now: Instant };

/** A route that changes what is masked, in the name of the person who calls it, and shows what holds then. */
const maskingRoute = <Shape extends z.ZodType>(route: {
  readonly id: string;
  readonly path: `/${string}`;
  readonly summary: string;
  readonly body: Shape;
  readonly change: (tx: TenantTx, changing: Changing<z.output<Shape>>) => Promise<unknown>;
}) =>
  defineRoute({
    id: route.id,
    method: 'post',
    path: route.path,
    summary: route.summary,
    access: { kind: 'person', right: 'unmask_models' },
    params: noParams,
    query: noParams,
    body: route.body,
    response: answer,
    handle: ({ services, caller, body }) =>
      services.db.withTenant(caller.tenantId, async (tx) => {
        const given = body as z.output<Shape> & object;
        await route.change(tx, { ...given, person: caller, now: services.now() });
        return show(tx, services);
      }),
  });

export const unmaskModelsRoute = maskingRoute({
  id: 'unmaskModels',
  path: '/v1/models/unmask',
  summary: 'Propose that names, or what customers wrote, leave for models as they are',
  body: z.object({ what, reason: z.string().trim().min(1).max(500) }),
  change: proposeUnmasking,
});

export const approveUnmaskingRoute = maskingRoute({
  id: 'approveUnmasking',
  path: '/v1/models/unmask/approve',
  summary: 'Agree, as a second person, that it leaves as it is',
  body: z.object({ what }),
  change: agreeToUnmasking,
});

export const maskModelsRoute = maskingRoute({
  id: 'maskModels',
  path: '/v1/models/mask',
  summary: 'Mask it again, or take the proposal back',
  body: z.object({ what }),
  change: maskAgain,
});

export default defineResource({
  id: 'models',
  title: 'Language models: who answers, at what cost, and what they are shown',
  routes: [showModelsRoute, unmaskModelsRoute, approveUnmaskingRoute, maskModelsRoute],
});
