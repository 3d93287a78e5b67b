import { randomUUID } from 'node:crypto';
import { AIMessage, AIMessageChunk } from '@langchain/core/messages';
import { digest } from '../domain/identifiers.ts';
import type { JsonObject } from '../domain/json.ts';
import { dayIn, type Day } from '../domain/time.ts';
import type { TenantTx } from '../platform/db/database.ts';
import type { OpenQuestion } from './ask.ts';
import type { Attempted } from './attempt.ts';
import { bookDay, endCall, insertCall, lockDay, type UsedOfDay } from './call-store.ts';
import type { Usage } from './define.ts';
import type { Failure } from './failure.ts';
import type { Heard } from './stream.ts';
import { costOf, overBudget } from './rules.ts';
import { estimateRequest } from './usage.ts';

/** A call that is paid for before it is made. */
export interface Booking extends UsedOfDay {
  readonly callId: string;
  readonly day: Day;
  /** What is sent, as estimated. */
  readonly inputTokens: number;
}

/**
 * Books the most that the call may come to on the tenant's day, or says why it is not made. Two calls at once are booked
 * one after the other, and a call whose process dies stays booked.
 */
export const book = async (tx: TenantTx, opened: OpenQuestion): Promise<Booking | Failure> => {
  const { rules, name, question, request, requestDigest } = opened;
  const day = dayIn(opened.zone, question.now);
  const inputTokens = estimateRequest(opened.messages, opened.tools);
  const tokens = inputTokens + rules.answer.tokens;
  const cost = costOf(rules, name, { inputTokens, outputTokens: rules.answer.tokens });
  const used = await lockDay(tx, day);
  const over = overBudget(rules, used, { tokens, costNano: cost, model: name });
  const failure = refusal(opened, over);
  const booked = failure === null ? { tokens, costNano: cost ?? 0 } : { tokens: 0, costNano: 0 };
  const callId = randomUUID();
  await insertCall(tx, {
    ...{ callId, day, at: question.now, agent: question.agent, model: name },
    ...{ purpose: question.purpose, booked, request, requestDigest },
  });
  if (failure === null) {
    await bookDay(tx, day, booked);
    return { ...booked, callId, day, inputTokens };
  }
  await endCall(tx, callId, { ...NOTHING, fault: failure.fault, reason: failure.reason });
  return failure;
};

const NOTHING = {
  ...{ attempts: 0, inputTokens: 0, outputTokens: 0, isEstimated: false, costNano: 0 },
  ...{ latencyMilliseconds: 0, answer: null, answerDigest: null },
};

const refusal = ({ isResting, models }: OpenQuestion, over: string | null): Failure | null => {
  if (over !== null) return { fault: 'budget', reason: over };
  if (!isResting) return null;
  const reason = `${models.endpoint ?? 'the model'} is left alone for a minute after repeated failures`;
  return { fault: 'circuit_open', reason };
};

export const requestOf = ({ messages, tools }: Pick<OpenQuestion, 'messages' | 'tools'>) => {
  const request = {
    messages: messages.map((message) => ({
      role: message.type,
      text: message.text,
      ...(AIMessage.isInstance(message) ? { toolCalls: message.tool_calls ?? [] } : {}),
    })),
    tools: tools.map((tool) => tool.function.name),
  } as unknown as JsonObject;
  return { request, requestDigest: digest(request) };
};

export interface Settling {
  readonly booked: Booking;
  readonly attempted: Attempted;
  readonly answer: AIMessage | Failure;
  readonly usage: Usage;
  readonly latencyMilliseconds: number;
}

/** Puts what was used in place of what was booked, and keeps the call. */
export const settle = async (
  tx: TenantTx,
  { rules, name }: OpenQuestion,
  { booked, attempted, answer, usage, latencyMilliseconds }: Settling,
): Promise<void> => {
  const costNano = costOf(rules, name, usage) ?? 0;
  const failure = answer instanceof AIMessage ? null : answer;
  const said = attempted.heard === null ? null : answerAsHeard(attempted.heard.message);
  await lockDay(tx, booked.day);
  await bookDay(tx, booked.day, {
    tokens: usage.inputTokens + usage.outputTokens - booked.tokens,
    costNano: costNano - booked.costNano,
  });
  await endCall(tx, booked.callId, {
    ...{ fault: failure?.fault ?? null, reason: failure?.reason ?? null },
    ...{ attempts: attempted.attempts, ...usage, costNano, latencyMilliseconds },
    ...{ answer: said, answerDigest: said === null ? null : digest(said) },
  });
};

/** Placeholders and all, with arguments that are no JSON as they came. */
const answerAsHeard = (message: Heard['message']): JsonObject =>
  ({
    text: message.text,
    toolCalls: (message.tool_calls ?? []).map(({ id, name, args }) => ({
      ...(id === undefined ? {} : { id }),
      ...{ name, args },
    })),
    invalid: (message.invalid_tool_calls ?? []).map(({ name, args }) => ({ name, args })),
  }) as unknown as JsonObject;

/** The same, from where it is kept. */
export const heardAgain = (kept: JsonObject): Heard => {
  const { text, toolCalls } = kept as unknown as KeptWords;
  const tool_calls = toolCalls.map((call, index) => ({
    ...{ id: `kept-${index}`, ...call },
    type: 'tool_call' as const,
  }));
  const message = new AIMessageChunk({ content: text, tool_calls });
  return { message, finishReason: 'stop', refusal: null };
};

interface KeptWords {
  readonly text: string;
  readonly toolCalls: readonly {
    readonly id?: string;
    readonly name: string;
    readonly args: Record<string, unknown>;
  }[];
}
