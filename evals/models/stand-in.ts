import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';
import type { ToolDefinition } from '@langchain/core/language_models/base';
import {
  BaseChatModel,
  type BaseChatModelCallOptions,
  type BindToolsInput,
} from '@langchain/core/language_models/chat_models';
import { AIMessageChunk, type BaseMessage, type UsageMetadata } from '@langchain/core/messages';
import type { ChatResult } from '@langchain/core/outputs';
import type { Runnable } from '@langchain/core/runnables';
import { convertToOpenAITool } from '@langchain/core/utils/function_calling';
import type { BaseLanguageModelInput } from '@langchain/core/language_models/base';
import type { LanguageModels } from '../../src/language-models/define.ts';

/** What a stand-in answers. Arguments given as text go out as they are, JSON or not. */
export interface StandInReply {
  readonly text?: string;
  readonly calls?: readonly {
    readonly name: string;
    readonly args: Readonly<Record<string, unknown>> | string;
  }[];
  /** `stop` or `tool_calls` unless told; `null`: it breaks off. */
  readonly finishReason?: string | null;
}

/** How a stand-in behaves: from the messages and the tools that it is shown. May throw, as an endpoint may fail. */
export type Behaviour = (
  messages: readonly BaseMessage[],
  tools: readonly ToolDefinition[],
) => StandInReply;

interface StandInOptions extends BaseChatModelCallOptions {
  readonly tools?: readonly ToolDefinition[];
}

/** A model of our own making behind the interface that real ones have. */
class StandIn extends BaseChatModel<StandInOptions> {
  readonly #behave: Behaviour;

  constructor(behave: Behaviour) {
    super({});
    this.#behave = behave;
  }

  override _llmType(): string {
    return 'stand-in';
  }

  override bindTools(
    tools: BindToolsInput[],
  ): Runnable<BaseLanguageModelInput, AIMessageChunk, StandInOptions> {
    return this.withConfig({ tools: tools.map((tool) => convertToOpenAITool(tool)) });
  }

  override async _generate(
    messages: BaseMessage[],
    { tools = [] }: this['ParsedCallOptions'],
    _run?: CallbackManagerForLLMRun,
  ): Promise<ChatResult> {
    const reply = this.#behave(messages, tools);
    return { generations: [{ text: reply.text ?? '', message: messageOf(reply, messages) }] };
  }
}

const messageOf = (
  { text = '', calls = [], finishReason }: StandInReply,
  messages: readonly BaseMessage[],
): AIMessageChunk => {
  const finish =
    finishReason === undefined ? (calls.length > 0 ? 'tool_calls' : 'stop') : finishReason;
  const said = text.length + JSON.stringify(calls).length;
  const input = messages.reduce((sum, message) => sum + message.text.length, 0);
  const tokens = { input: Math.ceil(input / 4), output: Math.ceil(said / 4) };
  const message = new AIMessageChunk({
    content: text,
    tool_call_chunks: calls.map(({ name, args }, index) => ({
      type: 'tool_call_chunk',
      name,
      args: typeof args === 'string' ? args : JSON.stringify(args),
      id: `call_${messages.length}_${index}`,
      index,
    })),
    response_metadata: finish === null ? {} : { finish_reason: finish },
  });
  const counted: UsageMetadata = {
    input_tokens: tokens.input,
    output_tokens: tokens.output,
    total_tokens: tokens.input + tokens.output,
  };
  return Object.assign(message, { usage_metadata: counted });
};

/** A stand-in for every agent. */
export const standIn = (name: string, behave: Behaviour): LanguageModels => {
  const model = new StandIn(behave);
  return { nameFor: () => name, chatModelFor: () => model };
};
