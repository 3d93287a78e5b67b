import type { BaseMessage, UsageMetadata } from '@langchain/core/messages';
import type { ToolDefinition } from '@langchain/core/language_models/base';
import type { Usage } from './define.ts';
import type { Heard } from './stream.ts';

/** English and JSON have about four characters a token; three errs on the dear side. */
const CHARACTERS_A_TOKEN = 3;

export const estimateTokens = (characters: number): number =>
  Math.ceil(characters / CHARACTERS_A_TOKEN);

/** What a request comes to, before anybody counted it. */
export const estimateRequest = (
  messages: readonly BaseMessage[],
  tools: readonly ToolDefinition[],
): number =>
  estimateTokens(
    messages.reduce((sum, message) => sum + JSON.stringify(message.toDict().data).length, 0) +
      JSON.stringify(tools).length,
  );

/** As the endpoint counted, or as estimated where it did not. */
export const usageOf = ({ message }: Heard, estimatedInput: number): Usage => {
  const counted = message.usage_metadata as UsageMetadata | undefined;
  if (counted !== undefined && Number.isSafeInteger(counted.input_tokens + counted.output_tokens))
    return {
      inputTokens: counted.input_tokens,
      outputTokens: counted.output_tokens,
      isEstimated: false,
    };
  const characters = message.text.length + JSON.stringify(message.tool_calls ?? []).length;
  return {
    inputTokens: estimatedInput,
    outputTokens: estimateTokens(characters),
    isEstimated: true,
  };
};
