import { z } from 'zod';
import { giveVerdict } from '../act/verdicts/give-verdict.ts';
import { expectedOf, withPrecision } from '../act/verdicts/precision.ts';
import { countVerdicts, countVerdictsByReason, VERDICTS } from '../act/verdicts/verdict-store.ts';
import { dayIn, toDay } from '../domain/time.ts';
import { currentConfig } from '../platform/config/store.ts';
import type { TenantTx } from '../platform/db/database.ts';
import { acceptEvents } from '../sense/events/accept.ts';
import { caseRows, caseRowShape } from './case-rows.ts';
import { defineResource, defineRoute } from './define.ts';
import { idParam, noParams } from './schemas.ts';
import { chooseWorld, showingShape, worldQuery } from './showing.ts';

export const giveVerdictRoute = defineRoute({
  id: 'giveVerdict',
  method: 'post',
  path: '/v1/cases/{id}/verdict',
  summary: 'Say of a case that it was right, wrong, known already, or to be left until a day',
  access: { kind: 'person', right: 'judge_case' },
  params: idParam,
  query: noParams,
  body: z.object({
    verdict: z.enum(VERDICTS),
    until: z.iso.date('it must be a day, such as 2026-01-31').optional(),
    note: z.string().max(500).optional(),
  }),
  response: z.object({ showing: showingShape, case: caseRowShape }),
  handle: async ({ services, caller, params, body }) => {
    const now = services.now();
    const answer = await services.db.withTenant(caller.tenantId, async (tx) => {
      const config = await currentConfig(tx);
      const { entities } = services.parts;
      const judged = await giveVerdict(tx, {
        caseId: params.id,
        verdict: body.verdict,
        until: body.until === undefined ? undefined : toDay(body.until),
        note: body.note,
        person: caller,
        today: dayIn(config.zone, now),
        now,
        accept: async (events) => {
          await acceptEvents(tx, events, { now, entities, config });
        },
      });
      const showing = await chooseWorld(tx, judged.world.id, now);
      const [row] = await caseRows(tx, judged.world.id, [judged]);
      return { showing, case: caseRowShape.parse(row) };
    });
    await services.wake.tick(caller.tenantId);
    return answer;
  },
});

const judgedShape = z.object({
  right: z.number().int(),
  known: z.number().int(),
  wrong: z.number().int(),
  snoozed: z.number().int(),
  precision: z
    .number()
    .int()
    .nullable()
    .describe('(right + known) ÷ (right + known + wrong), basis points'),
});

const precisionShape = judgedShape.extend({
  playbook: z.string(),
  expected: z
    .number()
    .int()
    .describe('(right + known + 5) ÷ (judged + 10), basis points: what it ranks by, against 50 %'),
  reasons: z.array(judgedShape.extend({ input: z.string() })),
});

export type PrecisionShape = z.infer<typeof precisionShape>;

export const listVerdictsRoute = defineRoute({
  id: 'listVerdicts',
  method: 'get',
  path: '/v1/verdicts',
  summary: 'How often each playbook was right, by what people said of its cases',
  access: { kind: 'reader', right: 'view' },
  reads: 'records',
  params: noParams,
  query: z.object({ world: worldQuery }),
  body: null,
  response: z.object({ showing: showingShape, items: z.array(precisionShape) }),
  handle: async ({ services, caller, query }) =>
    services.db.withTenant(caller.tenantId, async (tx) => {
      const showing = await chooseWorld(tx, query.world, services.now());
      return { showing, items: await precisions(tx, showing.world.id) };
    }),
});

const precisions = async (tx: TenantTx, world: string): Promise<PrecisionShape[]> => {
  const reasons = await countVerdictsByReason(tx, world);
  return (await countVerdicts(tx, world)).map((counts) => ({
    ...withPrecision(counts),
    expected: expectedOf(counts, []).precision,
    reasons: reasons
      .filter(({ playbook }) => playbook === counts.playbook)
      .map(({ playbook: _, ...reason }) => withPrecision(reason)),
  }));
};

export default defineResource({
  id: 'verdicts',
  title: 'What people say of cases',
  routes: [giveVerdictRoute, listVerdictsRoute],
});
