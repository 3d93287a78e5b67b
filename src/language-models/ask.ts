import type { ToolDefinition } from '@langchain/core/language_models/base';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { AIMessage, type AIMessageChunk, type BaseMessage } from '@langchain/core/messages';
import type { JsonObject } from '../domain/json.ts';
import type { ModelRules } from '../domain/tenant.ts';
import type { Database, TenantTx } from '../platform/db/database.ts';
import { currentConfig } from '../platform/config/store.ts';
import { answerOf } from './answer.ts';
import { attempt, circuitState, type Attempted } from './attempt.ts';
import { book, heardAgain, requestOf, settle, type Booking } from './book.ts';
import { answeredBefore } from './call-store.ts';
import type { Asked, LanguageModels, Question, Usage } from './define.ts';
import type { Failure } from './failure.ts';
import { hideMessages } from './messages.ts';
import { modelRulesOf, wantedFor } from './rules.ts';
import { readStream, type Heard } from './stream.ts';
import { toolsFor } from './tools.ts';
import { UNTRACED } from './tracing.ts';
import { unmaskedNow } from './unmasking-store.ts';
import { usageOf } from './usage.ts';

/** What a question is asked with. */
export interface AskKit {
  readonly db: Pick<Database, 'withTenant'>;
  /** `null`: no model is configured. */
  readonly models: LanguageModels | null;
}

/**
 * Asks a model once and never throws for what the model or its endpoint does: each failure is a fault with its reason,
 * and whoever asked decides by rules. What it may cost is booked before it is asked, and what it did cost after. Call it
 * outside any transaction: it waits for the outside.
 */
export const askModel = async (kit: AskKit, question: Question): Promise<Asked> => {
  const opened = await open(kit, question);
  if (opened === null) return { ok: false, fault: 'no_model', reason: 'no model is configured' };
  const booked = await kit.db.withTenant(
    question.tenantId,
    async (tx) => (await recall(tx, opened)) ?? book(tx, opened),
  );
  if ('ok' in booked) return booked;
  if ('fault' in booked) return { ok: false, ...booked };
  const begun = performance.now();
  const attempted = await attempt(opened.models, () => hear(opened), question.signal);
  const latencyMilliseconds = Math.round(performance.now() - begun);
  const told = tell(attempted, opened, booked);
  await kit.db.withTenant(question.tenantId, (tx) =>
    settle(tx, opened, { ...told, booked, attempted, latencyMilliseconds }),
  );
  const { answer, usage } = told;
  return answer instanceof AIMessage
    ? { ok: true, message: answer, model: opened.name, usage }
    : { ok: false, fault: answer.fault, reason: answer.reason };
};

/** The answer that this round heard before its process died: it is paid for. */
const recall = async (
  tx: TenantTx,
  { question, name, requestDigest }: OpenQuestion,
): Promise<Asked | null> => {
  const { purpose } = question;
  if (purpose.kind !== 'case') return null;
  const kept = await answeredBefore(tx, { ...purpose, model: name, requestDigest });
  if (kept === null) return null;
  const { answer, inputTokens, outputTokens, isEstimated } = kept;
  const message = answerOf(heardAgain(answer), question);
  return message instanceof AIMessage
    ? { ok: true, message, model: name, usage: { inputTokens, outputTokens, isEstimated } }
    : null;
};

/** A question with everything that it takes to ask it. */
export interface OpenQuestion {
  readonly question: Question;
  readonly models: LanguageModels;
  readonly model: BaseChatModel;
  readonly name: string;
  readonly rules: ModelRules;
  readonly zone: string;
  /** As they leave. */
  readonly messages: readonly BaseMessage[];
  readonly tools: readonly ToolDefinition[];
  /** Messages and names of tools, as they are kept; the same request has the same digest. */
  readonly request: JsonObject;
  readonly requestDigest: string;
  /** Names or texts leave as they are: for the model, and for nobody who traces its calls. */
  readonly isUnmasked: boolean;
  /** It failed so often that it is left alone. */
  readonly isResting: boolean;
}

const open = async ({ db, models }: AskKit, asked: Question): Promise<OpenQuestion | null> => {
  if (models === null) return null;
  const { config, unmasked } = await db.withTenant(asked.tenantId, async (tx) => ({
    config: await currentConfig(tx),
    unmasked: await unmaskedNow(tx),
  }));
  const rules = modelRulesOf(config);
  const wanted = wantedFor(rules, asked.agent);
  if (wanted === undefined) await models.meet?.();
  const name = models.nameFor(asked.agent, wanted);
  const model = await models.chatModelFor(asked.agent, {
    name: wanted,
    maxOutputTokens: rules.answer.tokens,
  });
  if (name === null || model === null) return null;
  const question = { ...asked, mask: asked.mask.letting(unmasked) };
  const isUnmasked = unmasked.names === true || unmasked.texts === true;
  const messages = hideMessages(question.messages, question.mask);
  const tools = toolsFor(question.tools);
  return {
    ...{ question, isUnmasked, models, model, name, rules, zone: config.zone, messages, tools },
    ...requestOf({ messages, tools }),
    isResting: circuitState(models) === 'open',
  };
};

const hear = ({
  question,
  model,
  messages,
  tools,
  rules,
  isUnmasked,
}: OpenQuestion): Promise<Heard> => {
  const bound = tools.length === 0 ? model : (model.bindTools?.([...tools]) ?? model);
  const patience = {
    wholeMilliseconds: rules.answer.seconds * 1000,
    idleMilliseconds: rules.answer.silentSeconds * 1000,
  };
  const tracing = isUnmasked ? { callbacks: [UNTRACED] } : {};
  return readStream(
    (signal) =>
      bound.stream([...messages], { signal, ...tracing }) as Promise<AsyncIterable<AIMessageChunk>>,
    { patience, ...question },
  );
};

interface Told {
  readonly answer: AIMessage | Failure;
  readonly usage: Usage;
}

/** What was not answered may have been read: a call that timed out or was given up counts with what was sent. */
const tell = (attempted: Attempted, { question }: OpenQuestion, booked: Booking): Told => {
  if (attempted.heard !== null)
    return {
      answer: answerOf(attempted.heard, question),
      usage: usageOf(attempted.heard, booked.inputTokens),
    };
  const { failure } = attempted;
  const wasRead =
    failure.fault === 'timed_out' || failure.fault === 'truncated' || failure.isGivenUp === true;
  const inputTokens = wasRead ? booked.inputTokens : 0;
  return { answer: failure, usage: { inputTokens, outputTokens: 0, isEstimated: true } };
};
