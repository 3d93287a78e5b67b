import type { Json, JsonObject } from '../domain/json.ts';
import type { Day, Instant } from '../domain/time.ts';
import type { TenantTx } from '../platform/db/database.ts';
import type { Fault, Purpose } from './define.ts';

export interface UsedOfDay {
  readonly tokens: number;
  readonly costNano: number;
}

/** What the day has used, booked calls among it. Locks the day until the transaction ends. */
export const lockDay = async (tx: TenantTx, day: Day): Promise<UsedOfDay> => {
  await tx.query('insert into model_days (tenant_id, day) values ($1, $2) on conflict do nothing', [
    tx.tenantId,
    day,
  ]);
  const [row] = await tx.query<UsedOfDay>(
    'select tokens, cost_nano as "costNano" from model_days where day = $1 for update',
    [day],
  );
  return row ?? { tokens: 0, costNano: 0 };
};

/** The same, for who only looks. */
export const dayUsed = async (tx: TenantTx, day: Day): Promise<UsedOfDay> => {
  const [row] = await tx.query<UsedOfDay>(
    'select tokens, cost_nano as "costNano" from model_days where day = $1',
    [day],
  );
  return row ?? { tokens: 0, costNano: 0 };
};

/** Adds to the day, or takes back what was booked beyond what was used. */
export const bookDay = async (tx: TenantTx, day: Day, change: UsedOfDay): Promise<void> => {
  await tx.query(
    `update model_days set tokens = greatest(0, tokens + $2), cost_nano = greatest(0, cost_nano + $3)
     where day = $1`,
    [day, change.tokens, change.costNano],
  );
};

export interface NewCall {
  readonly callId: string;
  readonly day: Day;
  readonly at: Instant;
  readonly agent: string;
  readonly model: string;
  readonly purpose: Purpose;
  readonly booked: UsedOfDay;
  readonly request: Json;
  readonly requestDigest: string;
}

export const insertCall = async (tx: TenantTx, call: NewCall): Promise<void> => {
  const { purpose } = call;
  const [caseId, round, playbook, threadId] =
    purpose.kind === 'case'
      ? [purpose.caseId, purpose.round, purpose.playbook, null]
      : [null, null, null, purpose.threadId];
  await tx.query(
    `insert into model_calls (tenant_id, call_id, day, asked_at, agent, model, case_id, round, playbook, thread_id,
       status, tokens, cost_nano, request, request_digest)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'asked', $11, $12, $13, $14)`,
    [
      ...[tx.tenantId, call.callId, call.day, call.at, call.agent, call.model],
      ...[caseId, round, playbook, threadId],
      ...[call.booked.tokens, call.booked.costNano, call.request, call.requestDigest],
    ],
  );
};

export interface CallEnd {
  readonly fault: Fault | null;
  readonly reason: string | null;
  readonly attempts: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly isEstimated: boolean;
  readonly costNano: number;
  readonly latencyMilliseconds: number;
  readonly answer: JsonObject | null;
  readonly answerDigest: string | null;
}

export const endCall = async (tx: TenantTx, callId: string, end: CallEnd): Promise<void> => {
  await tx.query(
    `update model_calls set status = $2, fault = $3, reason = $4, attempts = $5, tokens = $6, input_tokens = $7,
       output_tokens = $8, is_estimated = $9, cost_nano = $10, latency_ms = $11, answer = $12, answer_digest = $13
     where call_id = $1 and status = 'asked'`,
    [
      ...[callId, end.fault === null ? 'answered' : 'failed', end.fault, end.reason, end.attempts],
      ...[end.inputTokens + end.outputTokens, end.inputTokens, end.outputTokens, end.isEstimated],
      ...[end.costNano, end.latencyMilliseconds, end.answer, end.answerDigest],
    ],
  );
};

/**
 * Calls from before of which nothing was heard any more: whoever asked is gone. They stay booked at what they were, since
 * nobody knows what they took. Returns how many it were.
 */
export const giveUpCalls = async (tx: TenantTx, before: Instant): Promise<number> => {
  const rows = await tx.query(
    `update model_calls set status = 'failed', fault = 'unreachable',
       reason = 'the process that asked ended before the answer came'
     where status = 'asked' and asked_at < $1 returning call_id`,
    [before],
  );
  return rows.length;
};

/** An answer that was heard before, placeholders and all. */
export interface KeptAnswer extends Pick<CallEnd, 'isEstimated'> {
  readonly answer: JsonObject;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** What the same model answered to the same request in the same round; `null`: it was not asked that, or in vain. */
export const answeredBefore = async (
  tx: TenantTx,
  asked: {
    readonly caseId: string;
    readonly round: number;
    readonly model: string;
    readonly requestDigest: string;
  },
): Promise<KeptAnswer | null> => {
  const [row] = await tx.query<KeptAnswer>(
    `select answer, input_tokens as "inputTokens", output_tokens as "outputTokens", is_estimated as "isEstimated"
     from model_calls
     where case_id = $1 and round = $2 and model = $3 and request_digest = $4 and status = 'answered' and answer is not null
     order by asked_at desc limit 1`,
    [asked.caseId, asked.round, asked.model, asked.requestDigest],
  );
  return row ?? null;
};

/** Texts of calls from before are forgotten; what they cost, and the digests, stay. Returns how many it were. */
export const pruneCalls = async (tx: TenantTx, before: Instant): Promise<number> => {
  const rows = await tx.query(
    `update model_calls set request = null, answer = null
     where asked_at < $1 and request is not null returning call_id`,
    [before],
  );
  return rows.length;
};

export interface AgentDay {
  readonly agent: string;
  readonly model: string;
  readonly calls: number;
  readonly failed: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costNano: number;
  readonly medianMilliseconds: number | null;
}

/** The day's calls by agent and model. */
export const agentsOfDay = (tx: TenantTx, day: Day): Promise<AgentDay[]> =>
  tx.query<AgentDay>(
    `select agent, model, count(*)::int as calls, (count(*) filter (where status = 'failed'))::int as failed,
       coalesce(sum(input_tokens), 0)::int8 as "inputTokens", coalesce(sum(output_tokens), 0)::int8 as "outputTokens",
       coalesce(sum(cost_nano), 0)::int8 as "costNano",
       (percentile_disc(0.5) within group (order by latency_ms) filter (where status = 'answered'))::int
         as "medianMilliseconds"
     from model_calls where day = $1 group by agent, model order by agent, model`,
    [day],
  );

export const faultsOfDay = (
  tx: TenantTx,
  day: Day,
): Promise<{ readonly fault: Fault; readonly calls: number; readonly reason: string }[]> =>
  tx.query(
    `select fault, count(*)::int as calls, (array_agg(reason order by asked_at desc))[1] as reason
     from model_calls where day = $1 and fault is not null group by fault order by calls desc, fault`,
    [day],
  );

/** Calls of one model for one case. */
export interface CallsOfModel {
  readonly caseId: string;
  readonly model: string;
  readonly calls: number;
  readonly failed: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Billionths of a minor unit of the tenant's currency. */
  readonly costNano: number;
}

const CALLS_OF_MODEL = `case_id as "caseId", model, count(*)::int as calls,
  (count(*) filter (where status = 'failed'))::int as failed,
  coalesce(sum(input_tokens), 0)::int8 as "inputTokens", coalesce(sum(output_tokens), 0)::int8 as "outputTokens",
  coalesce(sum(cost_nano), 0)::int8 as "costNano"`;

/** What thinking about a case has used, over all its rounds. */
export const callsOfCase = (tx: TenantTx, caseId: string): Promise<CallsOfModel[]> =>
  tx.query<CallsOfModel>(
    `select ${CALLS_OF_MODEL} from model_calls where case_id = $1 group by case_id, model order by model`,
    [caseId],
  );

/** What thinking about cases used at a moment: the calls of a run bear the moment that it stands at. */
export const callsOfMoment = (
  tx: TenantTx,
  { day, at }: { readonly day: Day; readonly at: Instant },
): Promise<CallsOfModel[]> =>
  tx.query<CallsOfModel>(
    `select ${CALLS_OF_MODEL} from model_calls where day = $1 and asked_at = $2 and case_id is not null
     group by case_id, model order by case_id, model`,
    [day, at],
  );
