import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { AIMessage, BaseMessage } from '@langchain/core/messages';
import type { z } from 'zod';
import type { Instant } from '../domain/time.ts';
import type { Mask } from './mask.ts';

/** What a tenant wants of a model, where it says anything. */
export interface ModelWanted {
  /** Its name at the endpoint; the one that the environment names unless told. */
  readonly name?: string | undefined;
  /** The longest answer, in tokens; the endpoint's own bound unless told. */
  readonly maxOutputTokens?: number | undefined;
}

/** The language models at hand. `null` stands wherever there are none: what they would decide is decided by rules. */
export interface LanguageModels {
  /** Where they are, for people and for the circuit breaker; models within the process have no endpoint. */
  readonly endpoint?: string;
  /** Finds out what the endpoint serves, where nobody named a model; `nameFor` knows from then on. Never throws. */
  readonly meet?: () => Promise<void>;
  /** The name of the model that answers for an agent; `null`: none does. */
  readonly nameFor: (agent: string, wanted?: string) => string | null;
  /** Only `askModel` calls what it gives: budget, masking, time-outs and the record of the call are there. */
  readonly chatModelFor: (
    agent: string,
    wanted?: ModelWanted,
  ) => BaseChatModel | Promise<BaseChatModel> | null;
}

/** A tool as a model is told of it. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  /** Of its arguments: an object. An answer whose arguments do not fit it is `malformed`. */
  readonly args: z.ZodType;
}

/** What a model is asked for: a round of a case, or an operator's thread. */
export type Purpose =
  | {
      readonly kind: 'case';
      readonly caseId: string;
      readonly round: number;
      readonly playbook: string;
    }
  | { readonly kind: 'chat'; readonly threadId: string };

export interface Question {
  readonly tenantId: string;
  readonly agent: string;
  readonly purpose: Purpose;
  /** As they are meant, with names: `mask` hides them on the way out. */
  readonly messages: readonly BaseMessage[];
  readonly tools: readonly ToolSpec[];
  readonly mask: Mask;
  readonly now: Instant;
  /** Ends the call early, as when whoever asked is gone: it then counts as `unreachable`. */
  readonly signal?: AbortSignal | undefined;
  /** Pieces of the answer's text as they come, with names restored. What comes of a first attempt may come twice. */
  readonly onText?: ((piece: string) => void) | undefined;
}

/** Tokens of one call, as the endpoint counted them, or as they were estimated where it does not say. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly isEstimated: boolean;
}

/**
 * Why there is no answer. `budget`: the tenant's day is spent. `circuit_open`: the endpoint failed repeatedly and is
 * left alone. `truncated`: the answer stopped before its end. `malformed`: it is no answer that could be used, such as
 * a tool that does not exist, or arguments that are no JSON. `refused`: the model or its filter declined.
 */
export type Fault =
  | 'no_model'
  | 'budget'
  | 'circuit_open'
  | 'timed_out'
  | 'truncated'
  | 'malformed'
  | 'refused'
  | 'unreachable';

/** What came of a question. `reason` is a sentence for people, without personal data. */
export type Asked =
  | {
      readonly ok: true;
      /** Names, addresses and tool arguments as they really are. */
      readonly message: AIMessage;
      readonly model: string;
      readonly usage: Usage;
    }
  | { readonly ok: false; readonly fault: Fault; readonly reason: string };
