import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';
import {
  BaseChatModel,
  type BaseChatModelCallOptions,
} from '@langchain/core/language_models/chat_models';
import { AIMessageChunk, type BaseMessage } from '@langchain/core/messages';
import { ChatGenerationChunk, type ChatResult } from '@langchain/core/outputs';
import type { LanguageModels } from '../../src/language-models/define.ts';

export interface ScriptedCall {
  readonly name: string;
  readonly args: object;
}

/** What it says next: calls, or plain words, or what is thrown. */
export type ScriptedAnswer = readonly ScriptedCall[] | string | Error;

export interface Heard {
  readonly messages: readonly BaseMessage[];
  readonly tools: readonly string[];
}

interface Options extends BaseChatModelCallOptions {
  tools?: { function: { name: string } }[];
}

/** Answers by a script, from the first to the last and then the last again; keeps what it was asked. */
export class ScriptedModel extends BaseChatModel<Options> {
  readonly #script: (heard: Heard, turn: number) => ScriptedAnswer | Promise<ScriptedAnswer>;
  readonly heard: Heard[] = [];

  constructor(script: (heard: Heard, turn: number) => ScriptedAnswer | Promise<ScriptedAnswer>) {
    super({});
    this.#script = script;
  }

  override _llmType(): string {
    return 'scripted';
  }

  override bindTools(tools: unknown[]) {
    return this.withConfig({ tools: tools as NonNullable<Options['tools']> });
  }

  override async _generate(
    messages: BaseMessage[],
    options: this['ParsedCallOptions'],
  ): Promise<ChatResult> {
    const chunk = await this.#answer(messages, options);
    return { generations: [{ text: chunk.text, message: chunk }] };
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    options: this['ParsedCallOptions'],
    _manager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    const message = await this.#answer(messages, options);
    yield new ChatGenerationChunk({ text: message.text, message });
  }

  async #answer(
    messages: BaseMessage[],
    { tools = [] }: this['ParsedCallOptions'],
  ): Promise<AIMessageChunk> {
    const heard = { messages, tools: tools.map((tool) => tool.function.name) };
    this.heard.push(heard);
    const answer = await this.#script(heard, this.heard.length);
    if (answer instanceof Error) throw answer;
    const calls = typeof answer === 'string' ? [] : answer;
    const chunk = new AIMessageChunk({
      content: typeof answer === 'string' ? answer : '',
      tool_call_chunks: calls.map(({ name, args }, index) => ({
        name,
        args: JSON.stringify(args),
        id: `call-${String(this.heard.length)}-${String(index)}`,
        index,
        type: 'tool_call_chunk' as const,
      })),
      response_metadata: { finish_reason: calls.length > 0 ? 'tool_calls' : 'stop' },
    });
    return Object.assign(chunk, {
      usage_metadata: { input_tokens: 100, output_tokens: 10, total_tokens: 110 },
    });
  }
}

/** One model for every agent. */
export const modelsOf = (model: BaseChatModel, name = 'scripted'): LanguageModels => ({
  nameFor: () => name,
  chatModelFor: () => model,
});

/** Says these one after the other, and the last again and again. */
export const inTurn =
  (...answers: readonly ScriptedAnswer[]) =>
  (_: Heard, turn: number): ScriptedAnswer =>
    answers[Math.min(turn, answers.length) - 1] ?? [];
